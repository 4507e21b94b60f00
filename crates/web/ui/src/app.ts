// What script adds to pages that work without it.
import htmx from "htmx.org/dist/htmx.esm.js";
import { customers } from "./customers";
import { copyButtons, reveal } from "./secrets";
import { dialogs, popovers } from "./dialogs";
import { keys } from "./keys";
import { jump } from "./jump";
import { live } from "./live";
import { lists } from "./lists";
import { orders } from "./orders";
import { plot } from "./plot";
import { queue } from "./queue";
import { busyForms, setup } from "./forms";
import { theme } from "./theme";
import { toasts } from "./toasts";

theme();
document.addEventListener("DOMContentLoaded", () => {
  lists();
  // htmx would begin by a timer, after the page has loaded: on a busy machine keys come before, and what they ask for was lost.
  htmx.process(document.body);
  dialogs();
  queue();
  customers();
  popovers();
  keys();
  jump();
  reveal();
  copyButtons();
  toasts();
  busyForms();
  setup();
  live();
  orders();
  plot().catch(() => document.querySelector("#plot")?.replaceChildren("The plot cannot be drawn in this browser; the ledger below has the same prices."));
});
