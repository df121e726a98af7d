// The values of the pathway pages: what the registry answers, and what is built.
import type { ElementDefinition } from "cytoscape";

/** How things look and what they are called, by the codes that answers use. */
export interface Looks {
  families: Record<string, { caption: string; shape: string }>;
  strengths: Record<string, { caption: string; width: number; dashes: number[] }>;
  sides: Record<string, { sentence: string; caption: string; head: string; filled: boolean }>;
  statuses: Record<string, string>;
  marks: Record<"replaced" | "alternative" | "oneWay", string>;
}

/** What buttons say on the page where a pathway is built. */
export type Labels = Record<string, string>;

/** What its fields are called, by the property that they write. */
export type Fields = Record<"pathway" | "step" | "condition" | "level", Record<string, string>>;

/** The words of the page for conditions, by the codes of CTDL. */
export interface Words {
  nested: Record<string, string>;
  comparators: Record<string, string>;
}

// The answer to a pathway question.

export interface AnswerNode {
  id: string;
  name: string;
  status: string;
  type: string;
  typeLabel: string;
  family: string;
  owner: string;
  ownerName: string;
  webpage: string;
  latest: string;
  depth: number;
  days: number | null;
  cost: number | null;
  currency: string;
}

export interface StatedCondition {
  id: string;
  name: string;
  description: string;
  required: number | null;
}

export interface Assertion {
  by: string;
  owner: string;
  ownerName: string;
  property: string;
  condition: StatedCondition | null;
}

export interface AnswerEdge {
  source: string;
  target: string;
  strength: string;
  agreed: string;
  alternative: boolean;
  assertions: Assertion[];
}

export interface Answer {
  start: string[];
  nodes: AnswerNode[];
  edges: AnswerEdge[];
}

// The structure of a published pathway.

export interface Constraint {
  name: string;
  left: string;
  comparator: string;
  right: string;
}

export interface Condition {
  id: string;
  name: string;
  description: string;
  operator: string;
  required: number | null;
  targets: string[];
  conditions: Condition[];
  constraints: Constraint[];
}

export interface Component {
  id: string;
  type: string;
  typeLabel: string;
  name: string;
  description: string;
  proxyFor: { id: string; name: string }[];
  levels: string[];
  destination: boolean;
  conditions: Condition[];
}

export interface StructureEdge {
  source: string;
  target: string;
  kind: string;
  condition: string;
}

export interface Structure {
  components: Component[];
  edges: StructureEdge[];
  levels: { iri: string; name: string; order: number }[];
}

// A pathway that somebody builds. `node` keeps what the document holds beside.

export type JsonNode = Record<string, any>;

export interface DraftCondition {
  node: JsonNode;
  name: string;
  description: string;
  operator: string;
  required: number | null;
  targets: Set<string>;
  conditions: DraftCondition[];
}

export interface Step {
  ctid: string;
  node: JsonNode;
  type: string;
  name: string;
  description: string;
  credentialType: string;
  proxies: string[];
  level: string;
  after: Set<string>;
  conditions: DraftCondition[];
}

export interface Level {
  ctid: string;
  node: JsonNode;
  name: string;
}

export interface Pathway {
  ctid: string;
  /** The document that it was read from. */
  source: JsonNode;
  node: JsonNode;
  name: string;
  description: string;
  webpage: string;
  destination: string;
  levels: Level[];
  steps: Step[];
}

/** What a finding of the check can be about. */
export type Thing = Pathway | Step | Level | DraftCondition;

export interface Problem {
  severity: string;
  message: string;
  remedy?: string;
  label?: string;
  pointer?: string;
  /** The step that it lies in. */
  step?: Step;
}

/** A pathway of the registry, as its list of records has it. */
export interface Listed {
  ctid: string;
  name: string;
}

/** A link between the records of two steps, which the pathway does not say yet. */
export interface Proposal {
  earlier: Step;
  later: Step;
  strength: string;
}

// Pictures.

/** A line of a legend: a colour, and the style of its border. */
export interface Look {
  colour: string;
  line: string;
}

/** What is unseen between the things that must stand before it and after it. */
export interface Guide {
  id: string;
  before: string[];
  after: string[];
}

export type Drawn = ElementDefinition;
