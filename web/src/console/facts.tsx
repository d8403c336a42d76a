/** Facts in two columns: what it is, and what it says. */

export function Facts(props: { id: string; facts: [label: string, value: string][]; state?: string }) {
  return (
    <dl class="facts" id={props.id} data-state={props.state}>
      {props.facts.map(([label, value]) => [
        <dt key={label}>{label}</dt>,
        <dd key={`${label} value`}>{value}</dd>,
      ])}
    </dl>
  );
}
