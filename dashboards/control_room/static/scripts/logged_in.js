// Back from the provider, on a tab of its own: other tabs hear by the stream that somebody is logged in.

import { again } from "./live.js";
import "./settings.js";

again();
