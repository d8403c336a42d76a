import { start } from "../shared/start";
import { Portal } from "./portal";

void start(Portal);
