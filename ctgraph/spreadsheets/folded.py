"""Costs: profiles that differ in their type and price alone are one while rows are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctgraph.forms.values import Node
from ctgraph.spreadsheets.cells import scalar
from ctgraph.spreadsheets.columns import listed
from ctgraph.spreadsheets.record_types import CHARGES

COST = "ceterms:CostProfile"
_CHARGE = ("ceterms:directCostType", "ceterms:price")


def folded(profiles: Sequence[Node]) -> Iterator[Node]:
    """Yield profiles; those that differ only in the type and price of a cost become one."""
    held: Node | None = None
    for one in profiles:
        if not isinstance(one, dict) or one.get("@type") != COST:
            if held:
                yield held
            held = None
            yield one
            continue
        charge = {name: one[name] for name in _CHARGE if name in one}
        base = {name: value for name, value in one.items() if name not in _CHARGE}
        if is_labelled(base):
            base["@id"] = base["@id"].partition(".")[0]
        if held and charge and CHARGES in held and base == _without_charges(held):
            held[CHARGES].append(charge)
            continue
        if held:
            yield held
        held = base | ({CHARGES: [charge]} if charge else {})
    if held:
        yield held


def unfolded(profile: Node) -> Iterator[Node]:
    """Yield the profiles that :func:`folded` made one of."""
    charges = listed(profile.get(CHARGES)) if isinstance(profile, dict) else []
    if not charges:
        yield profile
        return
    base = _without_charges(profile)
    for number, charge in enumerate(charges, 1):
        label = {"@id": f"{base['@id']}.{number}"} if is_labelled(base) and number > 1 else {}
        yield base | label | charge


def _without_charges(profile: Node) -> Node:
    return {name: value for name, value in profile.items() if name != CHARGES}


def is_labelled(profile: Node) -> bool:
    """Tell whether a profile has the label of an external identifier."""
    return str(scalar(profile.get("@id", ""))).startswith("_:ext-")
