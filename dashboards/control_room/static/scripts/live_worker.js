// The hub of all tabs, in a SharedWorker.

import { Hub } from "./live_hub.js";

const hub = new Hub();
self.onconnect = ({ ports }) => hub.attach(ports[0]);
