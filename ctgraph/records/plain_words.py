"""The words of learners for the terms of CTDL, on pages for people.

The pages for programmers and publishers keep the labels of the vocabulary.
"""

from __future__ import annotations

from flask_babel import gettext as _

from ctgraph.records.wordings import term_label

PLAIN_WORDS = {
    "Agent": "Organizations of any kind",
    "Agent Type": "Kind of organization",
    "Agent Sector Type": "Public or private",
    "Agent Purpose": "What it is for",
    "Agent Purpose Description": "What it is for",
    "Credential Organization": "Organization that awards credentials",
    "QA Credential Organization": "Organization that assures quality",
    "Aggregate Data Profile": "Results",
    "Assessment Profile": "Assessment",
    "Asserted By": "Who says so",
    "Audience Level Type": "Level",
    "Audience Type": "For whom",
    "Coded Notation": "Code",
    "Condition Manifest": "Conditions for several records",
    "Condition Profile": "Condition",
    "Contact Point": "Contact",
    "Cost Manifest": "Costs for several records",
    "Cost Profile": "Cost",
    "Credential Alignment Object": "Reference",
    "Credential Status Type": "Status",
    "Credit Unit Type": "Unit of credit",
    "Credit Value": "Credit",
    "Direct Cost Type": "Cost for",
    "Duration Profile": "Duration",
    "Earnings Profile": "Earnings",
    "Employment Outcome Profile": "Employment",
    "Financial Assistance Profile": "Financial aid",
    "Holders Profile": "People who hold it",
    "Identifier Value": "Identifier",
    "Instructional Program Type": "Field of study",
    "Jurisdiction Profile": "Where it is valid",
    "Learning Opportunity Profile": "Learning opportunity",
    "Life Cycle Status Type": "Status",
    "Process Profile": "Procedure",
    "Quantitative Value": "Number",
    "Subject Webpage": "Web page",
    "Target Assessment": "Assessment",
    "Target Competency": "Competency",
    "Target Credential": "Credential",
    "Target Description": "What it is",
    "Target Learning Opportunity": "Course or program",
    "Target Node": "What it points to",
    "Target Node Name": "Name",
    "Target Pathway": "Pathway",
    "Value Profile": "Value",
    "Verification Service Profile": "How to verify it",
}
"""What the vocabulary calls a term, and what learners do."""


def plain_label(label: str) -> str:
    """Return a label of the vocabulary in words of learners: its own words where these are plain.

    :param label: in English.
    """
    words = PLAIN_WORDS.get(label)
    return str(_(words)) if words else term_label(label)
