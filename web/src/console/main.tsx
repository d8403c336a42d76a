import { start } from "../shared/start";
import { Console } from "./console";

void start(Console);
