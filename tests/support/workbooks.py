"""Archives and workbooks, as programs write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive of some parts, in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


_TYPES = b"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="\
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STYLES = f"""<styleSheet xmlns="{_MAIN}"><numFmts count="1">
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="1"><font/></fonts>
<fills count="1"><fill/></fills><borders count="1"><border/></borders>
<cellXfs count="3"><xf numFmtId="164" applyFont="true"/><xf numFmtId="165"/><xf numFmtId="49"/>
</cellXfs></styleSheet>"""


def office_workbook(sheets: Mapping[str, str], shared: str = "", hidden: str = "") -> bytes:
    """Return a workbook (XLSX) with the parts, and in the way, in which LibreOffice saves one.

    :param sheets: the rows of each sheet as XML, by its name.
    :param shared: the shared strings as XML.
    :param hidden: the name of a sheet that is hidden.
    """
    listed, related, parts = "", "", {}
    for number, (name, rows) in enumerate(sheets.items(), 1):
        state = "hidden" if name == hidden else "visible"
        listed += (
            f'<sheet name="{name}" sheetId="{number}" state="{state}" r:id="rId{number + 9}"/>'
        )
        related += (
            f'<Relationship Id="rId{number + 9}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{number}.xml"/>'
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetPr filterMode="false"/><dimension ref="A1"/>'
            f"<sheetData>{rows}</sheetData></worksheet>"
        )
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><fileVersion appName="Calc"/>'
        f"<sheets>{listed}</sheets></workbook>"
    )
    relations = (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/styles" '
        f'Target="styles.xml"/><Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" '
        f'Target="sharedStrings.xml"/>{related}</Relationships>'
    )
    root = (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    texts = {
        "_rels/.rels": root,
        "xl/_rels/workbook.xml.rels": relations,
        "xl/workbook.xml": book,
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
        **parts,
    }
    made = {name: f'<?xml version="1.0" encoding="UTF-8"?>{text}' for name, text in texts.items()}
    return packed({"[Content_Types].xml": _TYPES} | {n: t.encode() for n, t in made.items()})


def open_document(rows: str, name: str = "Courses") -> bytes:
    """Return a workbook (ODS) as LibreOffice saves one.

    :param rows: of its sheet, as XML.
    """
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} '
        f'office:version="1.3"><office:body><office:spreadsheet><table:table table:name="{name}">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return packed(
        {
            "mimetype": kind.encode(),
            "META-INF/manifest.xml": manifest.encode(),
            "content.xml": content.encode(),
        }
    )
