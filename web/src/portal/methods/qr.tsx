/** A code for a camera, drawn by the service; as a picture it can run nothing. */
export function Qr(props: { svg: string; label: string }) {
  const address = `data:image/svg+xml,${encodeURIComponent(props.svg)}`;
  return <img class="qr" id="qr" src={address} alt={props.label} width={240} height={240} />;
}
