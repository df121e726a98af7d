"""Files of code lists: a few true rows of each, under the headings that their publishers use."""

from __future__ import annotations

import csv
import io

from ctgraph.forms.codes import PUBLISHED
from ctgraph.ledger import Ledger
from ctgraph.ledger.codes import Edition
from ctgraph.spreadsheets.code_files import read_codes
from ctgraph.spreadsheets.files import File

SOC = [
    ["U.S. Bureau of Labor Statistics"],
    ["Standard Occupational Classification (SOC) system"],
    [],
    ["2018 SOC Direct Match Title File"],
    [],
    ["2018 SOC Code", "2018 SOC Title", "2018 SOC Direct Match Title", "Illustrative Example"],
    ["29-1141", "Registered Nurses", "Coronary Care Nurse", "x"],
    ["29-1141", "Registered Nurses", "Psychiatric Nurse", "x"],
    ["29-1151", "Nurse Anesthetists", "Certified Registered Nurse Anesthetist (CRNA)", ""],
    ["29-1161", "Nurse Midwives", "Certified Nurse Midwife (CNM)", "x"],
    ["29-1171", "Nurse Practitioners", "Family Practice Nurse Practitioner", "x"],
    ["29-2061", "Licensed Practical and Licensed Vocational Nurses", "LPN", ""],
    ["31-1131", "Nursing Assistants", "Nursing Aide", ""],
    ["43-1011", "First-Line Supervisors of Office and Administrative Support Workers", "", ""],
    ["51-4121", "Welders, Cutters, Solderers, and Brazers", "Arc Welder", ""],
]
ONET = [
    ["O*NET-SOC Code", "Title", "Description"],
    ["29-1141.00", "Registered Nurses", "Assess patient health problems and needs."],
    ["29-1141.01", "Acute Care Nurses", "Provide advanced nursing care for acute conditions."],
    ["29-1141.03", "Critical Care Nurses", "Provide specialized nursing care."],
    ["51-4121.00", "Welders, Cutters, Solderers, and Brazers", "Use hand-welding equipment."],
]
NAICS = [
    ["Seq. No.", "2022 NAICS US   Code", "2022 NAICS US Title", ""],
    ["", "", "", ""],
    ["1", "11", "Agriculture, Forestry, Fishing and HuntingT", ""],
    ["2", "111", "Crop ProductionT", ""],
    ["180", "31-33", "ManufacturingT", ""],
    ["900", "622", "HospitalsT", ""],
    ["901", "6221", "General Medical and Surgical HospitalsT", ""],
    ["902", "62211", "General Medical and Surgical HospitalsT", ""],
    ["903", "622110", "General Medical and Surgical Hospitals", ""],
    ["904", "622210", "Psychiatric and Substance Abuse Hospitals", ""],
    ["870", "611210", "Junior Colleges", ""],
]
CIP = [
    [
        "CIPFamily",
        "CIPCode",
        "Action",
        "TextChange",
        "CIPTitle",
        "CIPDefinition",
        "CrossReferences",
        "Examples",
    ],
    [
        '="01"',
        '="01"',
        "No substantive changes",
        "no",
        "AGRICULTURAL SCIENCES.",
        "Instruction.",
        "",
        "",
    ],
    [
        '="01"',
        '="01.0000"',
        "No substantive changes",
        "no",
        "Agriculture, General.",
        "A program.",
        "",
        "",
    ],
    [
        '="51"',
        '="51.38"',
        "No substantive changes",
        "no",
        "Registered Nursing.",
        "Instruction.",
        "",
        "",
    ],
    [
        '="51"',
        '="51.3801"',
        "No substantive changes",
        "no",
        "Registered Nursing/Registered Nurse.",
        "A program that prepares individuals to promote and maintain health.",
        "",
        "Examples: - Pre-Licensure Nursing",
    ],
    [
        '="51"',
        '="51.3901"',
        "New",
        "no",
        "Licensed Practical/Vocational Nurse Training.",
        "",
        "",
        "",
    ],
    ['="21"', '="21.0101"', "Deleted", "no", "Technology Education.", "", "", ""],
    ['="52"', '="52.9999"', "Moved to", "no", "Business, Other.", "", "", ""],
]
FILES = {"soc": SOC, "onet": ONET, "naics": NAICS, "cip": CIP}


def as_file(rows: list[list[str]], name: str = "codes.csv") -> File:
    """Return rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return File(name, text.getvalue().encode())


def keep_codes(ledger: Ledger, *keys: str) -> list[Edition]:
    """Import the lists with some keys; without any, all four."""
    kept = []
    for key in keys or FILES:
        published = PUBLISHED[key]
        codes = read_codes(as_file(FILES[key]), published).codes
        with ledger.database.writing() as connection:
            kept.append(ledger.codes.keep(connection, published.list, codes, "codes.csv")[0])
    return kept
