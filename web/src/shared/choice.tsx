/** One way on in a list of choices: its name, and a line about it. */
interface ChoiceProps {
  path: string;
  name: string;
  text?: string;
  id?: string;
  download?: boolean;
}

export function Choice(props: ChoiceProps) {
  return (
    <li>
      <a class="choice" id={props.id} href={props.path} download={props.download}>
        <span class="choice-name">{props.name}</span>
        {props.text && <span class="choice-text">{props.text}</span>}
      </a>
    </li>
  );
}
