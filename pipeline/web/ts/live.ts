import { live } from "./lib/live";

live();
