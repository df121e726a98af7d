"""Further kinds of broken files, each with a message that a registrar can act on."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.files import File
from tests.support.registry import Registry, ctid_number, publish
from tests.support.rows import COURSE, WELDING, file, look, publish_organization
from tests.support.workbooks import packed

HEADINGS = ",".join(COURSE)
ROW = ",".join(COURSE.values())
PLACE = {"External Identifier": "main", "Address1": "1 Main Street", "City": "Pine"}
METRIC = {"External Identifier": "m", "Name": "Rate", "Description": "A share of all who passed."}
DATA = {
    "External Identifier": "d",
    "Name": "Results",
    "Description": "The results of a year of examinations.",
    "Data Provider": "same as owner",
}


def course(**changes: str) -> File:
    return file("courses.csv", COURSE | changes)


def credential(**changes: str) -> File:
    return file(
        "credentials.csv", WELDING | {"ConditionProfile: Target Learning Opportunity": ""} | changes
    )


def raw(text: str | bytes, name: str = "courses.csv") -> File:
    return File(name, text if isinstance(text, bytes) else text.encode())


FILES: list[tuple[str, File, str, str]] = [
    # what it is, the file, the message, the remedy
    ("a web page", raw("<html><table><tr><td>Name</td></tr></table>"), "a web page", "save it as"),
    ("an XML spreadsheet", raw("<?xml version='1.0'?><Workbook/>"), "an XML file", "save it as"),
    ("a PDF", raw(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "a PDF", "it was made of"),
    ("rich text", raw("{\\rtf1 Name}"), "a text document", "Copy its table"),
    ("JSON", raw('{"@graph": []}'), "a JSON file", "Begin from a file"),
    ("a list in JSON", raw('[{"name": "x"}]'), "a JSON file", "Begin from a file"),
    (
        "a text document in a zip",
        raw(packed({"word/document.xml": b"<w/>"}), "courses.xlsx"),
        "courses.xlsx is a text document",
        "Copy its table",
    ),
    (
        "a presentation",
        raw(packed({"ppt/presentation.xml": b"<p/>"}), "courses.xlsx"),
        "a presentation",
        "Copy its table",
    ),
    (
        "a file of Numbers",
        raw(packed({"Index/Document.iwa": b"x"}), "courses.numbers"),
        "is of Numbers",
        "Export it from Numbers",
    ),
    ("bars between the columns", raw(HEADINGS.replace(",", "|")), "separated by |", "semicolons"),
    ("headings alone", raw(HEADINGS), "No row is about a record", "below the headings"),
    ("notes alone", raw(f"{HEADINGS}\nInstructions: fill in"), "No row is about a", "below the"),
    ("an address of mail", course(**{"Subject Webpage": "a@b.example"}), "no address on", "https"),
    (
        "two addresses",
        course(**{"Subject Webpage": "https://a.b https://c.d"}),
        "no address",
        "http",
    ),
    ("a day of no month", course(**{"Date Effective": "2026-02-30"}), "is no date", "2026-08-15"),
    ("a day before the month", course(**{"Date Effective": "31/12/2026"}), "no date", "2026-08-15"),
    ("a year alone", course(**{"Date Effective": "2026"}), "'2026' is no date", "2026-08-15"),
    (
        "a duration of three",
        course(**{"Estimated Duration": "1 year~2 years~3 years"}),
        "more than two durations",
        "1 year~2 years",
    ),
    (
        "an unknown unit of time",
        course(**{"Estimated Duration": "2 semesters"}),
        "no duration",
        "18 months",
    ),
    (
        "a long duration",
        course(**{"Estimated Duration": "1 year " * 20}),
        "too long for a duration",
        "2 years",
    ),
    ("a NAICS code of letters", course(**{"NAICS List": "611A"}), "is no such code", "611210"),
    ("a SOC code without its hyphen", course(**{"SOC List": "291141"}), "no such code", "29-1141"),
    (
        "a currency of no country",
        credential(**{"Cost: Currency Type": "Dollars"}),
        "no currency",
        "USD",
    ),
    ("a price in words", credential(**{"Cost: Types List": "Tuition~a lot"}), "no number", "12.5"),
    (
        "a price of three parts",
        credential(**{"Cost: Types List": "Tuition~1~2"}),
        "no type of a cost",
        "Tuition~1200",
    ),
    (
        "a target of four parts",
        course(Prerequisites="a~b~c~d"),
        "too many parts",
        "Name~Type~Webpage",
    ),
    (
        "an organization that nobody knows",
        course(**{"Offered By": "acme"}),
        "No record has the external identifier 'acme'",
        "CTID",
    ),
    (
        "an organization without its page",
        course(**{"Offered By": "Acme~"}),
        "address on the web is missing",
        "Name~Type~Webpage",
    ),
    (
        "a framework that nobody knows",
        course(**{"Teaches Competency Framework": "fw"}),
        "No competency framework has",
        "CTID",
    ),
    (
        "addresses given twice",
        course(**{"Available At": "all", "Available At Codes": "main"}),
        "both filled in",
        "one of them",
    ),
    (
        "a second line without the first",
        file("locations.csv", PLACE | {"Address2": "Suite 2", "Address1": ""}),
        "continues Address1, which is empty",
        "Fill in Address1",
    ),
    (
        "locations before their organization",
        file("locations.csv", PLACE),
        "has no record in the registry yet",
        "Publish the record of the organization",
    ),
    (
        "a name of a type twice",
        file("courses.csv", COURSE, {"External Identifier": "weld-101", "Name": "Pipe Welding"}),
        "The identifier is used twice",
        "same name",
    ),
    (
        "a CTID of two records",
        file(
            "courses.csv",
            COURSE | {"CTID": ctid_number(9)},
            COURSE | {"External Identifier": "b", "CTID": ctid_number(9)},
        ),
        "one identifier in common",
        "same ones",
    ),
    (
        "a record on another sheet",
        file("courses.csv", COURSE | {"CTID": ctid_number(5)}),
        "this sheet holds learning opportunities",
        "Move the row",
    ),
    (
        "a record that is there",
        credential(CTID=ctid_number(5), Action="New"),
        "is in the registry already",
        "Write Update",
    ),
    (
        "a metric that nobody knows",
        file("data sets.csv", DATA | {"Observation: Metric": "gone"}),
        "No record has the external identifier 'gone'",
        "CTID",
    ),
    (
        "an observation of words",
        file("data sets.csv", DATA | {"Observation: Value": "many"}),
        "'many' is no number",
        "12.5",
    ),
    ("a metric without a name", file("metrics.csv", METRIC | {"Name": ""}), "name", ""),
    (
        "a data set of nobody",
        file("data sets.csv", DATA | {"Data Provider": "nobody"}),
        "No record has the external identifier 'nobody'",
        "CTID",
    ),
    (
        "one word too few for an examination",
        credential(**{"Assessment: Name": "Examination"}),
        "names no record",
        "External Identifier",
    ),
    (
        "a spelling of a list",
        course(**{"Delivery Type": "In Persn Only"}),
        "no value of",
        "Did you mean 'In-Person Only'",
    ),
    (
        "relations to nothing",
        course(**{"Credential Condition Type": "requires"}),
        "names none",
        "Target Credentials",
    ),
]


@pytest.mark.parametrize(
    ("given", "message", "remedy"), [pytest.param(*rest, id=name) for name, *rest in FILES]
)
def test_what_is_wrong_is_said_with_a_remedy(
    registry: Registry, given: File, message: str, remedy: str
) -> None:
    publish(registry, range(5, 6), "x")
    found = look(registry, given)
    wrong = [one for one in found.problems if one.severity == "violation"]
    meant = [one for one in wrong if message in one.message and remedy in one.remedy]
    assert meant, [(one.message, one.remedy) for one in wrong]
    assert not found.can_be_saved
    assert all(one.place.file == given.name for one in wrong)
    rows = [one for one in meant if one.place.row]
    assert all(
        one.place.identifier or one.place.row == 1 or "no record" in one.message for one in rows
    )


def test_each_kind_has_a_name_of_its_own() -> None:
    assert len({name for name, *_ in FILES}) == len(FILES)


def test_locations_need_an_organization_that_is_there(registry: Registry) -> None:
    publish_organization(registry)
    assert look(registry, file("locations.csv", PLACE)).can_be_saved
