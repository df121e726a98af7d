export { default } from "cytoscape";
export * from "cytoscape";
