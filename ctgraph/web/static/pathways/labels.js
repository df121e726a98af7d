// What buttons and fields are called on the page where a pathway is built; its template has all of it.
import { embedded } from "../dom.js";
/** @import {Fields, Labels} from "../../assets/types/pathways.d.ts" */

/** @type {Labels} */
export const labels = embedded("labels");

/** @type {Fields} */
export const fields = embedded("fields");
