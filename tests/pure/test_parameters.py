"""The parameters of an address are described once, however often they are read."""

from __future__ import annotations

from backend.routes.schemas.dashboard import DaysQuery, PeriodQuery
from backend.routes.schemas.parameters import Parameters


def test_the_schema_of_each_kind_is_made_once():
    assert DaysQuery.model_json_schema() is DaysQuery.model_json_schema()
    assert [*DaysQuery.model_json_schema()["properties"]] == ["start", "end", "tz"]
    assert [*PeriodQuery.model_json_schema()["properties"]] == ["start", "end", "tz", "bots"]


def test_the_document_gets_a_schema_with_references_of_its_own():
    class Choice(Parameters):
        of: DaysQuery

    named = Choice.model_json_schema(ref_template="#/components/schemas/{model}")

    assert named["properties"]["of"] == {"$ref": "#/components/schemas/DaysQuery"}
    assert Choice.model_json_schema()["properties"]["of"] == {"$ref": "#/$defs/DaysQuery"}
