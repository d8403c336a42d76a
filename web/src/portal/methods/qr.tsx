/** A code for a camera, drawn by the service; as a picture it can run nothing. */
export function Qr(props: { svg: string; label: string }) {
  // Drawn to stand inside a page, it does not name what it is; a picture of its own must.
  const named = props.svg.replace(/^<svg(?![^>]*xmlns=)/, '<svg xmlns="http://www.w3.org/2000/svg"');
  const address = `data:image/svg+xml,${encodeURIComponent(named)}`;
  return <img class="qr" id="qr" src={address} alt={props.label} width={240} height={240} />;
}
