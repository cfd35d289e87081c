"""The AI job impact calculator: answers in, the whole assessment out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from math import fsum, isfinite

from backend.assessments.job_impact.model.context import facts
from backend.assessments.job_impact.model.job_impact import (
    FAMILIES,
    MODEL_VERSION,
    ExposureModel,
    TooLittleEvidence,
    lean_label,
    week,
)
from backend.assessments.job_impact.model.moves import NATION, Area, find_moves
from backend.assessments.job_impact.model.pay import FEWEST_AREA, FEWEST_NATIONAL, PayDistribution
from backend.assessments.job_impact.model.result import (
    ActivityPlace,
    Answers,
    Assessment,
    Exposure,
    MeasurePlace,
    Outlook,
    PayPlace,
    Profile,
    Provenance,
)
from backend.assessments.job_impact.model.weighting import EQUAL_KINDS, WEIGHTINGS
from backend.errors import FieldError, InvalidRequest
from backend.reference.loading import Reference
from backend.reference.tables import Measure, Occupation, Pay

LONGEST_CAREER = 70
HIGHEST_SALARY = 10_000_000
NO_PAY = Pay(None, None, None, None, None)
PUBLISHED: Mapping[Measure, tuple[str, str, int, str]] = {
    Measure.BETA_HUMAN: (
        "Tasks rated by people",
        "Eloundou, Manning, Mishkin and Rock, Science",
        2024,
        "https://doi.org/10.1126/science.adj0998",
    ),
    Measure.BETA_GPT4: (
        "Tasks rated by GPT-4",
        "Eloundou, Manning, Mishkin and Rock, Science",
        2024,
        "https://doi.org/10.1126/science.adj0998",
    ),
    Measure.AIOE: (
        "AI occupational exposure (AIOE)",
        "Felten, Raj and Seamans, Strategic Management Journal",
        2021,
        "https://doi.org/10.1002/smj.3286",
    ),
    Measure.MICROSOFT: (
        "AI applicability",
        "Tomlinson, Jaffe, Wang, Counts and Suri, Microsoft",
        2025,
        "https://arxiv.org/abs/2507.07935",
    ),
    Measure.ANTHROPIC: (
        "Observed exposure",
        "Massenkoff and McCrory, Anthropic",
        2026,
        "https://huggingface.co/datasets/Anthropic/EconomicIndex",
    ),
}


class JobImpactCalculator:
    """Built once per process from the reference tables, so threads may share it: what it remembers is always equal."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._model = ExposureModel.of(reference.occupations.values())
        self._models = {EQUAL_KINDS.key: self._model}

    def assess(self, answers: Answers, weighting: str = EQUAL_KINDS.key) -> Assessment:
        """Assess one person's answers; the same answers and weighting always give an equal result.

        Raises InvalidRequest naming every answer that cannot be.
        """
        if problems := tuple(self._problems(answers, weighting)):
            raise InvalidRequest(problems)
        answers, model = normalised(answers), self._weighted(weighting)
        occupation = self._reference.occupation(answers.occupation)
        shares, typical = answers.activities, model.typical(occupation.code)
        yours = model.personal(occupation.code, shares)
        measures = self._measures(occupation)
        return Assessment(
            code=occupation.code,
            title=occupation.title,
            job=self._reference.names.job(occupation),
            yours=_scored(yours),
            typical=_scored(typical),
            reason=typical.reason if isinstance(typical, TooLittleEvidence) else None,
            measures=measures,
            outside=_outside(measures, typical),
            lean=model.lean(occupation.code, shares),
            parts=model.parts(occupation.code, shares),
            activities=_by_exposure(self._week(model, occupation, shares)),
            pay=self._pay(occupation, answers.state, answers.salary),
            outlook=self._outlook(occupation),
            moves=find_moves(
                occupation,
                yours.score if isinstance(yours, Exposure) else None,
                model,
                self._area(answers.state),
                self._reference.names,
            ),
            context=facts(self._reference, occupation, answers),
            provenance=self._provenance(answers, weighting),
        )

    def _weighted(self, weighting: str) -> ExposureModel:
        """The model by this weighting, worked out when it is first asked for."""
        model = self._models.get(weighting)
        return model or self._models.setdefault(weighting, self._model.weighted(WEIGHTINGS[weighting]))

    def profile(self, code: str) -> Profile:
        """The occupation as published. Raises UnknownOccupation."""
        occupation = self._reference.occupation(code)
        typical = self._model.typical(occupation.code)
        return Profile(
            code=occupation.code,
            title=occupation.title,
            job=self._reference.names.job(occupation),
            typical=_scored(typical),
            reason=typical.reason if isinstance(typical, TooLittleEvidence) else None,
            activities=_by_share(self._week(self._model, occupation, {})),
            pay=self._pay(occupation, None, None),
            outlook=self._outlook(occupation),
        )

    def typical(self, code: str) -> Exposure | None:
        """The occupation with its default week; None where there is too little evidence, or no such occupation."""
        return _scored(self._model.typical(code)) if code in self._reference.occupations else None

    def _problems(self, answers: Answers, weighting: str) -> Iterator[FieldError]:
        if weighting not in WEIGHTINGS:
            yield FieldError("weighting", f"must be one of {', '.join(WEIGHTINGS)}")
        occupation = self._reference.occupations.get(answers.occupation)
        if occupation is None:
            yield FieldError("occupation", "is not an occupation we know")
        yield from _share_problems(answers.activities, occupation)
        for name, value, highest in (
            ("experience_years", answers.experience_years, LONGEST_CAREER),
            ("salary", answers.salary, HIGHEST_SALARY),
        ):
            lowest = 1 if name == "salary" else 0
            if value is not None and not lowest <= value <= highest:
                yield FieldError(name, f"must lie between {lowest} and {highest:,.0f}")
        if answers.state is not None and answers.state not in self._reference.states:
            yield FieldError("state", "is not the postal code of a US state")
        if answers.industry is not None and answers.industry not in self._reference.industries:
            yield FieldError("industry", "is not an industry we know")

    def _measures(self, occupation: Occupation) -> tuple[MeasurePlace, ...]:
        families = {measure: family for family, measures in FAMILIES.items() for measure in measures}
        places = self._model.places[occupation.code]
        return tuple(
            MeasurePlace(
                id=measure.value,
                name=name,
                family=families[measure],
                value=occupation.measures[measure],
                percentile=places[measure],
                source=source,
                year=year,
                url=url,
            )
            for measure, (name, source, year, url) in PUBLISHED.items()
            if measure in places
        )

    def _week(
        self, model: ExposureModel, occupation: Occupation, shares: Mapping[str, float]
    ) -> tuple[ActivityPlace, ...]:
        names, activities = self._reference.names, occupation.activities
        points = model.points(occupation.code, shares)
        return tuple(
            ActivityPlace(
                id=activity.id,
                title=activity.title,
                name=(plain := names.activity(activity)).name,
                topic=plain.topic,
                share=100.0 * share,
                typical_share=100.0 * activity.share,
                exposure=activity.exposure,
                alone=activity.exposure * (activity.automation or 0.0),
                lean=lean_label(activity.automation).label,
                points=moved,
                entered=100.0 * shares.get(activity.id, 0.0),
            )
            for activity, share, moved in zip(activities, week(activities, shares), points, strict=True)
        )

    def _area(self, state: str | None) -> Area | None:
        if state is None:
            return None
        return Area(self._reference.states[state], lambda code: self._reference.state_pay(state, code))

    def _pay(self, occupation: Occupation, state: str | None, salary: float | None) -> PayPlace | None:
        """The state's own distribution where enough of it is published, else the nation's."""
        vintages = self._reference.vintages
        local = self._reference.state_pay(state, occupation.code) if state else None
        if state and local and (distribution := PayDistribution.of(local, FEWEST_AREA)):
            return _pay_place(local, self._reference.states[state], vintages["bls_oews_state"], distribution, salary)
        if occupation.pay in (None, NO_PAY):
            return None
        distribution = PayDistribution.of(occupation.pay, FEWEST_NATIONAL)
        return _pay_place(occupation.pay, NATION, vintages["bls_oews_national"], distribution, salary)

    def _outlook(self, occupation: Occupation) -> Outlook | None:
        growth, openings, education = occupation.growth_percent, occupation.openings, occupation.entry_education
        if growth is None or openings is None or education is None:
            return None
        return Outlook(
            growth_percent=growth,
            openings=openings,
            education=education,
            horizon=self._reference.vintages["bls_projections"],
            all_jobs_growth_percent=self._reference.all_jobs_growth_percent,
        )

    def _provenance(self, answers: Answers, weighting: str) -> Provenance:
        model = MODEL_VERSION if weighting == EQUAL_KINDS.key else f"{MODEL_VERSION}, {weighting}"
        return Provenance(model, weighting, self._reference.vintages, self._hash(answers, model))

    def _hash(self, answers: Answers, model: str) -> str:
        """SHA-256 over everything said but the salary: from a hash of it the salary could be guessed."""
        material = asdict(replace(answers, salary=None)) | {
            "model": model,
            "data": self._reference.data_version,
        }
        del material["salary"]
        canonical = json.dumps(material, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def normalised(answers: Answers) -> Answers:
    """The same answers in one form: activities sorted, shares of 1 to nine decimals, those at 0 left out."""
    largest = max(answers.activities.values(), default=0.0)
    scaled = {key: share / largest for key, share in sorted(answers.activities.items())} if largest else {}
    total = fsum(scaled.values())
    shares = {key: round(share / total, 9) for key, share in scaled.items()}
    years = answers.experience_years
    return replace(
        answers,
        activities={key: share for key, share in shares.items() if share},
        experience_years=None if years is None else float(years),
    )


def _share_problems(shares: Mapping[str, float], occupation: Occupation | None) -> Iterator[FieldError]:
    allowed = {activity.id for activity in occupation.activities} if occupation else shares.keys()
    for key, share in shares.items():
        if key not in allowed:
            yield FieldError(f"activities.{key}", "is not an activity of this occupation")
        elif not isfinite(share) or share < 0:
            yield FieldError(f"activities.{key}", "must be a number of at least 0")
    if shares and not any(shares.values()):
        yield FieldError("activities", "needs at least one share above 0")


def _scored(outcome: Exposure | TooLittleEvidence) -> Exposure | None:
    return outcome if isinstance(outcome, Exposure) else None


def _outside(measures: tuple[MeasurePlace, ...], typical: Exposure | TooLittleEvidence) -> tuple[MeasurePlace, ...]:
    if isinstance(typical, TooLittleEvidence):
        return ()
    return tuple(m for m in measures if not typical.band.low <= m.percentile <= typical.band.high)


def _by_exposure(places: tuple[ActivityPlace, ...]) -> tuple[ActivityPlace, ...]:
    return tuple(sorted(places, key=lambda place: (-place.exposure, -place.share, place.id)))


def _by_share(places: tuple[ActivityPlace, ...]) -> tuple[ActivityPlace, ...]:
    return tuple(sorted(places, key=lambda place: (-place.share, place.id)))


def _pay_place(
    pay: Pay, area: str, vintage: str, distribution: PayDistribution | None, salary: float | None
) -> PayPlace:
    return PayPlace(
        p10=pay.p10,
        p25=pay.p25,
        p50=pay.p50,
        p75=pay.p75,
        p90=pay.p90,
        area=area,
        vintage=vintage,
        percentile=None if salary is None or distribution is None else distribution.percentile(salary),
    )
