import { around } from "./dom";

/** Light or dark: the server renders the choice from the cookie; without one the page follows the system. */
export function theme(): void {
  document.addEventListener("click", (event) => {
    if (!around(event, "[data-theme-toggle]")) return;
    const root = document.documentElement;
    const dark = root.dataset.bsTheme ? root.dataset.bsTheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const next = dark ? "light" : "dark";
    root.dataset.bsTheme = next;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `ib_theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    document.dispatchEvent(new CustomEvent("ib:theme"));
  });
}
