declare module "htmx.org/dist/htmx.esm.js" {
  /** Makes the elements below work; those that do already stay as they are. */
  const htmx: { process(root: Element): void };
  export default htmx;
}
