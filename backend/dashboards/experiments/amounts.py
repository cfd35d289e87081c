"""Values and differences of a measure, as an experiment's page says them."""

from __future__ import annotations

from dataclasses import dataclass

from backend.analytics.experiments.definition import ExperimentUnit
from backend.analytics.experiments.unit_measures import MeasureKind, UnitMeasure
from backend.analytics.metrics.catalogue.measures import Unit

UNITS = {
    ExperimentUnit.USER: "users",
    ExperimentUnit.VISITOR: "visitors",
    ExperimentUnit.SESSION: "visits",
}
ONE = {ExperimentUnit.USER: "user", ExperimentUnit.VISITOR: "visitor", ExperimentUnit.SESSION: "visit"}
DEEDS = {
    "opened": "open the calculator",
    "question_1": "answer question 1",
    "question_2": "answer question 2",
    "question_3": "answer question 3",
    "question_4": "answer question 4",
    "assessments": "see their result",
    "result_visitors": "see their result",
    "offers_viewed": "see an offer",
    "offer_visitors": "see an offer",
    "upgrades": "ask for a paid plan",
    "plan_visitors": "ask for a paid plan",
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """Words for the numbers of one measure. Fractions are said in percent, their differences in points."""

    measure: UnitMeasure
    unit: ExperimentUnit

    @property
    def noun(self) -> str:
        """points, dollars, or what a mean counts."""
        return {Unit.FRACTION: "points", Unit.CENTS: "dollars"}.get(self.measure.unit, f"per {ONE[self.unit]}")

    def value(self, value: float | None) -> str:
        """45.4%, $1.20, 0.31"""
        if value is None:
            return "–"
        if self.measure.unit is Unit.FRACTION:
            return f"{value * 100:.1f}%"
        return f"${value / 100:,.2f}" if self.measure.unit is Unit.CENTS else _plain(value)

    def bare(self, difference: float) -> str:
        """A difference in the unit of `noun`, with a minus sign only: 4.7, −0.6"""
        scaled = self.scaled(difference)
        return _minus(f"{scaled:.1f}") if self.measure.unit is Unit.FRACTION else _minus(_plain(scaled))

    def signed(self, difference: float) -> str:
        """+0.2 pt, −$0.10, +0.04"""
        text = self.bare(abs(difference))
        sign = "−" if difference < 0 else "+" if float(text.replace(",", "")) else ""
        if self.measure.unit is Unit.FRACTION:
            return f"{sign}{text} pt"
        return f"{sign}${text}" if self.measure.unit is Unit.CENTS else f"{sign}{text}"

    def between(self, lower: float, upper: float) -> str:
        """1.3 and 8.1 points"""
        return f"{self.bare(lower)} and {self.bare(upper)} {self.noun}"

    def to(self, lower: float, upper: float) -> str:
        """−0.6 to 1.0"""
        return f"{self.bare(lower)} to {self.bare(upper)}"

    def change(self, difference: float) -> str:
        """4.7 more of every 100 visitors see their result; Asked to pay is $0.12 lower per visitor"""
        deed = DEEDS.get(self.measure.name)
        if deed and self.measure.kind is MeasureKind.PROPORTION:
            word = "more" if difference >= 0 else "fewer"
            return f"{self.bare(abs(difference))} {word} of every 100 {UNITS[self.unit]} {deed}"
        word = "higher" if difference >= 0 else "lower"
        size = self.bare(abs(difference))
        if self.measure.unit is Unit.FRACTION:
            return f"“{self.measure.label}” is {size} points {word}"
        amount = f"${size}" if self.measure.unit is Unit.CENTS else size
        return f"“{self.measure.label}” is {amount} {word} per {ONE[self.unit]}"

    def scaled(self, value: float) -> float:
        """In points, dollars, or as it is."""
        return value * 100 if self.measure.unit is Unit.FRACTION else self._money(value)

    def _money(self, value: float) -> float:
        return value / 100 if self.measure.unit is Unit.CENTS else value


def percent(lift: float) -> str:
    """12%, −3.4%: a lift, with a digit where it is small."""
    value = lift * 100
    return _minus(f"{value:.0f}%" if abs(value) >= 10 else f"{value:.1f}%")


def _plain(value: float) -> str:
    return f"{value:,.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.2g}"


def _minus(text: str) -> str:
    return (
        "0" + text[2:]
        if text.startswith("-0") and not float(text.strip("%").replace(",", ""))
        else text.replace("-", "−")
    )
