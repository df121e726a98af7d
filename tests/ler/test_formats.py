"""Records as achievements, in schema.org and in the European Learning Model."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, Namespace, URIRef

from ctgraph.finder.schema_org import Reading
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ler.formats import LER_FORMATS, formats_of
from ctgraph.ler.open_badge import achievement_type
from ctgraph.ler.subject import Subject
from ctgraph.vocab import vocabulary
from tests.support.ler import COLLEGE, COMPETENCIES, COURSE, CREDENTIAL, FRAMEWORK, iri
from tests.support.official import (
    ELM_SHAPES,
    OPEN_BADGES,
    definitions,
    official,
    validator_of,
)
from tests.support.registry import Registry, certificate, ctid_number

BADGE = f"/resources/{CREDENTIAL}?format=open-badge"
ELM_NS = Namespace("http://data.europa.eu/snb/model/elm/")
SH = Namespace("http://www.w3.org/ns/shacl#")
OB_TYPES = {
    *("Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment", "AssociateDegree"),
    *("Award", "Badge", "BachelorDegree", "Certificate", "CertificateOfCompletion"),
    *("Certification", "CommunityService", "Competency", "Course", "CoCurricular", "Degree"),
    *("Diploma", "DoctoralDegree", "Fieldwork", "GeneralEducationDevelopment"),
    *("JourneymanCertificate", "LearningProgram", "License", "Membership"),
    *("ProfessionalDoctorate", "QualityAssuranceCredential", "MasterCertificate", "MasterDegree"),
    *("MicroCredential", "ResearchDoctorate", "SecondarySchoolDiploma"),
}
"""The types that Open Badges 3.0 defines (section B.2.1)."""


def test_a_credential_is_an_achievement(get: Any) -> None:
    made = get(BADGE)
    assert made["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert made["id"] == iri(CREDENTIAL)
    assert made["type"] == ["Achievement"]
    assert made["achievementType"] == "Certificate"
    assert made["name"] == "Nurse Aide"
    assert made["description"] == "A certificate that the tests award."
    assert made["criteria"] == {"narrative": "Pass the examination."}
    assert made["creator"] == {
        "id": iri(COLLEGE),
        "type": ["Profile"],
        "name": "Pine College",
        "url": "https://pine.example.org/",
        "email": "office@pine.example.org",
        "otherIdentifier": [
            {"type": "IdentifierEntry", "identifier": COLLEGE, "identifierType": "ext:CTID"}
        ],
    }
    assert made["otherIdentifier"][0]["identifier"] == CREDENTIAL
    assert made["alignment"] == [
        {
            "type": ["Alignment"],
            "targetName": "Read a chart",
            "targetUrl": iri(COMPETENCIES[0]),
            "targetCode": COMPETENCIES[0],
            "targetFramework": "Nursing Skills",
            "targetType": "ceasn:Competency",
        },
        {
            "type": ["Alignment"],
            "targetName": "Take a pulse",
            "targetUrl": "https://skills.example.org/7",
            "targetCode": "S.7",
            "targetType": "ceasn:Competency",
        },
    ]
    assert made["related"] == [{"id": iri(ctid_number(2)), "type": ["Related"]}]
    assert (made["version"], made["humanCode"], made["inLanguage"]) == ("1", "NA-1", "en-US")
    assert made["tag"] == ["nursing", "care"]
    assert made["image"] == {"id": "https://pine.example.org/badge.png", "type": "Image"}


def test_a_badge_without_conditions_has_its_page_as_criteria(get: Any) -> None:
    assert get(f"/resources/{COURSE}?format=open-badge")["criteria"] == {
        "id": "https://pine.example.org/first-aid"
    }


def test_every_achievement_has_a_type_of_open_badges_or_an_extension() -> None:
    vocab = vocabulary()
    kinds = [
        vocab.compact(one)
        for root in ("ceterms:Credential", "ceterms:LearningOpportunityProfile")
        for one in vocab.subclasses(vocab.expand(root))
    ]
    for kind in (*kinds, "ceterms:AssessmentProfile", "ceasn:Competency"):
        made = achievement_type(kind)
        assert made in OB_TYPES or made.startswith("ext:"), kind
        plain = kind.partition(":")[2]
        assert made == plain or plain not in OB_TYPES, kind
    assert achievement_type("ceterms:BachelorOfArtsDegree") == "BachelorDegree"
    assert achievement_type("ceterms:ProfessionalCertificate") == "ext:ProfessionalCertificate"


@pytest.mark.parametrize("record", [CREDENTIAL, COURSE, COMPETENCIES[0]])
def test_achievements_are_valid_by_the_official_schema(get: Any, record: str) -> None:
    made = get(f"/resources/{record}?format=open-badge")
    schema = definitions(OPEN_BADGES)
    for name in ("related", "inLanguage"):  # that copy of the schema has older names for them
        made.pop(name, None)
    validator_of(schema, "#/$defs/Achievement").validate(made)


def test_a_version_is_exported_as_it_was(shared: Registry, asking: FlaskClient, get: Any) -> None:
    for keyword in ("old", "new"):
        document = certificate(40, COLLEGE, **{"ceterms:keyword": {"en": [keyword]}})
        sent = asking.post(shared.documents_url, json=document, headers=shared.authorization)
        assert sent.status_code == 201
    address = f"/resources/{ctid_number(40)}"
    old, new = get(f"{address}/versions/1?format=open-badge"), get(f"{address}?format=open-badge")
    assert (old["tag"], old["version"], new["tag"], new["version"]) == (["old"], "1", ["new"], "2")
    assert new["related"] == [
        {"id": f"{iri(ctid_number(40))}/versions/1", "type": ["Related"], "version": "1"}
    ]
    assert "related" not in old


def test_the_record_in_schema_org_is_that_of_its_page(get: Any, asking: FlaskClient) -> None:
    made = get(f"/resources/{CREDENTIAL}?format=schema-org")
    assert (made["@type"], made["@id"]) == ("EducationalOccupationalCredential", iri(CREDENTIAL))
    assert made["credentialCategory"] == "Certificate"
    assert get(f"/resources/{COURSE}?format=schema-org")["@type"] == "Course"
    assert get(f"/resources/{COLLEGE}?format=schema-org")["@type"] == "CollegeOrUniversity"
    assert get(f"/resources/{FRAMEWORK}?format=schema-org")["@type"] == "DefinedTermSet"


@pytest.mark.parametrize(
    ("record", "format", "status"),
    [
        (COLLEGE, "open-badge", 406),
        (FRAMEWORK, "open-badge", 406),
        (FRAMEWORK, "elm", 406),
        (COMPETENCIES[0], "elm", 406),
        (COMPETENCIES[0], "open-badge", 200),
        (COLLEGE, "elm", 200),
        (COURSE, "elm-turtle", 200),
        (COURSE, "badge", 406),
    ],
)
def test_each_class_has_its_formats(
    asking: FlaskClient, record: str, format: str, status: int
) -> None:
    answer = asking.get(f"/resources/{record}?format={format}")
    assert answer.status_code == status
    if status == 406:
        assert 'profile="https://schema.org"' in answer.json["detail"] + str(answer.json)
        assert answer.mimetype == "application/problem+json"


def test_a_document_as_a_whole_is_no_achievement(asking: FlaskClient) -> None:
    assert asking.get(f"/graph/{CREDENTIAL}?format=open-badge").status_code == 406


def test_accept_chooses_a_profile_and_plain_types_are_as_before(asking: FlaskClient) -> None:
    address = f"/resources/{CREDENTIAL}"
    for format in LER_FORMATS:
        answer = asking.get(address, headers={"Accept": format.media_type})
        assert answer.content_type.startswith(format.media_type)
        plain = asking.get(address, headers={"Accept": format.type})
        assert "profile" not in plain.content_type
    again = asking.get(address, headers={"Accept": LER_FORMATS[0].media_type})
    tag = again.headers["ETag"]
    same = asking.get(address, headers={"Accept": LER_FORMATS[0].media_type, "If-None-Match": tag})
    assert same.status_code == 304


def test_records_lead_to_their_formats(asking: FlaskClient) -> None:
    address = f"/resources/{CREDENTIAL}"
    links = asking.get(address).headers["Link"]
    page = asking.get(address, headers={"Accept": "text/html"}).text
    for format in LER_FORMATS:
        assert f'<{iri(CREDENTIAL)}?format={format.name}>; rel="alternate"' in links
        assert f'href="{address}?format={format.name}"' in page
    assert "?format=open-badge>" not in asking.get(f"/resources/{COLLEGE}").headers["Link"]


def test_the_page_has_the_alignment_of_a_badge(asking: FlaskClient) -> None:
    for record, kind, name in (
        (CREDENTIAL, "ceterms:Credential", "Nurse Aide"),
        (COMPETENCIES[0], "ceasn:Competency", "Read a chart."),
        (COURSE, "CTDL", "First Aid"),
    ):
        page = asking.get(f"/resources/{record}", headers={"Accept": "text/html"}).text
        told = page.partition('<pre id="badge-alignment"')[2].partition("</pre>")[0]
        told = told.replace("&#34;", '"')
        for member, value in {
            "targetType": kind,
            "targetName": name,
            "targetUrl": iri(record),
            "targetCode": record,
            "targetFramework": "Credential Transparency Description Language",
        }.items():
            assert f'"{member}": "{value}"' in told


def elm(asking: FlaskClient, record: str) -> Graph:
    answer = asking.get(f"/resources/{record}?format=elm")
    turtle = asking.get(f"/resources/{record}?format=elm-turtle")
    found = Graph().parse(data=answer.data, format="json-ld")
    assert len(found) == len(Graph().parse(data=turtle.data, format="turtle"))
    return found


def missing(graph: Graph) -> set[tuple[str, str]]:
    return {
        (str(graph.value(one, SH.focusNode)), str(path).rpartition("/")[2])
        for one, path in graph.subject_objects(SH.resultPath)
    }


def test_a_credential_in_elm_says_what_is_missing(asking: FlaskClient) -> None:
    graph, record = elm(asking, CREDENTIAL), URIRef(iri(CREDENTIAL))
    assert graph.value(record, RDF.type) == ELM_NS.LearningAchievementSpecification
    outcomes = set(graph.objects(record, ELM_NS.learningOutcome))
    assert outcomes == {URIRef(iri(COMPETENCIES[0])), URIRef("https://skills.example.org/7")}
    opportunity = next(graph.subjects(RDF.type, ELM_NS.LearningOpportunity))
    assert graph.value(opportunity, ELM_NS.learningAchievementSpecification) == record
    assert graph.value(opportunity, ELM_NS.providedBy) == URIRef(iri(COLLEGE))
    assert missing(graph) == {
        (str(record), name) for name in ("ISCEDFCode", "EQFLevel", "NQFLevel")
    }


def test_a_credential_with_levels_is_a_qualification(shared: Registry, asking: FlaskClient) -> None:
    eqf, isced = "http://data.europa.eu/snb/eqf/5", "http://data.europa.eu/snb/isced-f/0913"
    levels = {
        "ceterms:atLevel": [
            {
                "@type": "ceterms:CredentialAlignmentObject",
                "ceterms:targetNode": eqf,
                "ceterms:targetNodeName": {"en": "Level 5"},
            }
        ],
        "ceterms:instructionalProgramType": [
            {
                "@type": "ceterms:CredentialAlignmentObject",
                "ceterms:targetNode": isced,
                "ceterms:targetNodeName": {"en": "Nursing and midwifery"},
            }
        ],
    }
    document = certificate(41, COLLEGE, **levels)
    sent = asking.post(shared.documents_url, json=document, headers=shared.authorization)
    assert sent.status_code == 201, sent.text
    graph, record = elm(asking, ctid_number(41)), URIRef(iri(ctid_number(41)))
    assert graph.value(record, RDF.type) == ELM_NS.Qualification
    assert graph.value(record, ELM_NS.EQFLevel) == URIRef(eqf)
    assert graph.value(record, ELM_NS.ISCEDFCode) == URIRef(isced)
    specification = URIRef(f"{record}#achievement")
    assert graph.value(specification, ELM_NS.specialisationOf) == record
    assert missing(graph) == {
        (str(record), "learningOutcome"),
        (str(record), "NQFLevel"),
        (str(specification), "learningOutcome"),
    }
    unbroken(graph)


def test_an_organization_in_elm_has_its_name_and_country(asking: FlaskClient) -> None:
    graph, record = elm(asking, COLLEGE), URIRef(iri(COLLEGE))
    assert graph.value(record, RDF.type) == ELM_NS.Organisation
    assert {str(one) for one in graph.objects(None, ELM_NS.countryCode)} == {
        "http://publications.europa.eu/resource/authority/country/USA"
    }
    assert missing(graph) == set()


@pytest.mark.parametrize("record", [CREDENTIAL, COURSE, COLLEGE])
def test_elm_breaks_no_official_shape_but_where_it_says_so(
    asking: FlaskClient, record: str
) -> None:
    unbroken(elm(asking, record))


def unbroken(graph: Graph) -> None:
    """Make sure that a graph breaks the official shapes only where it says so itself."""
    pyshacl = pytest.importorskip("pyshacl")
    shapes = Graph().parse(data=official(ELM_SHAPES))
    shapes.remove((None, SH.pattern, None))  # they are written for Java
    shapes.remove((None, SH.deactivated, None))  # the profile requires what that shape says
    _, report, text = pyshacl.validate(graph, shacl_graph=shapes)
    levels = {"EQFLevel", "NQFLevel"}
    kinds = set(graph.objects(None, RDF.type))
    counted = set() if ELM_NS.Qualification in kinds else levels
    said = {(focus, path) for focus, path in missing(graph) if path not in counted}
    assert missing(report) == said, text


LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
    | st.sampled_from(["_:b1", iri(COLLEGE), "https://x.example.org/", "http://[", "en", "P3M"])
)
ODD = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("@id", "@type", "@value", "@language", "en", "@none", "ceterms:targetNode"),
                    *("ceterms:targetNodeName", "ceterms:description", "ceterms:name"),
                    *(
                        "ceterms:targetCompetency",
                        "ceterms:exactDuration",
                        "ceterms:addressCountry",
                    ),
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
PROPERTIES = [
    *("ceterms:name", "ceterms:description", "ceterms:requires", "ceterms:ownedBy"),
    *("ceterms:teaches", "ceterms:keyword", "ceterms:inLanguage", "ceterms:image"),
    *("ceterms:identifier", "ceterms:previousVersion", "ceterms:creditValue"),
    *("ceterms:instructionalProgramType", "ceterms:estimatedDuration", "ceterms:address"),
    *("ceterms:alternateName", "ceterms:subjectWebpage", "ceterms:versionIdentifier"),
]


@settings(max_examples=300)
@given(
    kind=st.sampled_from(["ceterms:Certificate", "ceterms:Course", "ceterms:Organization"]),
    values=st.dictionaries(st.sampled_from(PROPERTIES), ODD, max_size=6),
)
def test_no_value_breaks_a_format(kind: str, values: dict[str, Any]) -> None:
    node = {"@id": iri(CREDENTIAL), "@type": kind, **values}
    reading = Reading(Identity("http://localhost:8000"))
    subject = Subject(node, Ctid(CREDENTIAL), 1, "2026-01-01T00:00:00Z", reading, node)
    for format in formats_of(kind):
        assert format.write(subject)
