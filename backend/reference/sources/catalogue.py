"""Who made the public figures, which vintage is shipped, under what terms, and the words they ask for."""

from __future__ import annotations

from collections.abc import Sequence

from backend.reference.tables import Source

EDITION = "2025.12"

_PUBLIC_DOMAIN = "Public domain (work of the US federal government, 17 USC 105)"

SOURCES: tuple[Source, ...] = (
    Source(
        id="bls_oews_national",
        name="BLS Occupational Employment and Wage Statistics, national",
        vintage="May 2025",
        licence=_PUBLIC_DOMAIN,
        url="https://www.bls.gov/oes/",
        attribution="U.S. Bureau of Labor Statistics, Occupational Employment and Wage Statistics, May 2025.",
    ),
    Source(
        id="bls_oews_state",
        name="BLS Occupational Employment and Wage Statistics, by state",
        vintage="May 2025",
        licence=_PUBLIC_DOMAIN,
        url="https://www.bls.gov/oes/",
        attribution="U.S. Bureau of Labor Statistics, Occupational Employment and Wage Statistics, May 2025.",
    ),
    Source(
        id="bls_oews_industry",
        name="BLS Occupational Employment and Wage Statistics, by NAICS sector",
        vintage="May 2024",
        licence=_PUBLIC_DOMAIN,
        url="https://www.bls.gov/oes/",
        attribution="U.S. Bureau of Labor Statistics, Occupational Employment and Wage Statistics, May 2024.",
    ),
    Source(
        id="bls_projections",
        name="BLS Employment Projections",
        vintage="2024-34",
        licence=_PUBLIC_DOMAIN,
        url="https://www.bls.gov/emp/",
        attribution=(
            "U.S. Bureau of Labor Statistics, Employment Projections program, 2024-34; educational "
            "attainment from the American Community Survey 2022 and 2023, U.S. Census Bureau."
        ),
    ),
    Source(
        id="bea_rpp",
        name="BEA Regional Price Parities by state, all items",
        vintage="2023",
        licence=_PUBLIC_DOMAIN,
        url="https://www.bea.gov/data/prices-inflation/regional-price-parities-state-and-metro-area",
        attribution="U.S. Bureau of Economic Analysis, Regional Price Parities 2023 (December 2024 release).",
    ),
    Source(
        id="census_states",
        name="Census Bureau state names and codes",
        vintage="current",
        licence="Public domain origin (U.S. Census Bureau)",
        url="https://www.census.gov/library/reference/code-lists/ansi.html",
        attribution="U.S. Census Bureau.",
    ),
    Source(
        id="onet",
        name="O*NET Database",
        vintage="30.1 (December 2025)",
        licence="CC BY 4.0",
        url="https://www.onetcenter.org/database.html",
        attribution=(
            "This page includes information from the O*NET 30.1 Database by the U.S. Department of Labor, "
            "Employment and Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® "
            "is a trademark of USDOL/ETA. Mingus has modified all or some of this information: titles are "
            "mapped to National Employment Matrix occupations and spelled both long and short, tasks are "
            "grouped into work activities and averaged. USDOL/ETA has not approved, endorsed, or tested "
            "these modifications."
        ),
    ),
    Source(
        id="eloundou",
        name="GPTs are GPTs: task exposure ratings by people and by GPT-4",
        vintage="2024 (task statements of O*NET 27.2)",
        licence="MIT",
        url="https://github.com/openai/GPTs-are-GPTs",
        attribution=(
            "Eloundou T, Manning S, Mishkin P, Rock D (2024) GPTs are GPTs: Labor market impact potential of "
            "LLMs. Science 384(6702):1306-1308."
        ),
    ),
    Source(
        id="felten",
        name="AI Occupational Exposure (AIOE)",
        vintage="2021",
        licence="No licence file; its authors ask that the citation be included",
        url="https://github.com/AIOE-Data/AIOE",
        attribution=(
            "Felten E, Raj M, Seamans R (2021) Occupational, industry, and geographic exposure to artificial "
            "intelligence. Strategic Management Journal 42(12):2195-2217."
        ),
    ),
    Source(
        id="microsoft",
        name="Working with AI: AI applicability scores",
        vintage="2025",
        licence="CC BY 4.0",
        url="https://github.com/microsoft/working-with-ai",
        attribution=(
            "Tomlinson K, Jaffe S, Wang W, Counts S, Suri S (2025) Working with AI: Measuring the "
            "applicability of generative AI to occupations. arXiv:2507.07935. Modified: brought to National "
            "Employment Matrix occupations, activity values averaged over user and AI. Its authors forbid "
            "presenting it as a measure of AI's ability to replace jobs: it measures applicability."
        ),
    ),
    Source(
        id="anthropic",
        name="Anthropic Economic Index: observed exposure",
        vintage="March 2026",
        licence="CC BY",
        url="https://huggingface.co/datasets/Anthropic/EconomicIndex",
        attribution=(
            "Massenkoff M, McCrory P (5 March 2026) Labor market impacts of AI: a new measure and early "
            "evidence. Anthropic. Modified: brought to National Employment Matrix occupations."
        ),
    ),
    Source(
        id="crosswalks",
        name="Occupation crosswalks: O*NET-SOC 2019, SOC 2010, SOC 2018, National Employment Matrix",
        vintage="28 August 2025",
        licence="Public domain (BLS); CC BY 4.0 (O*NET)",
        url="https://www.bls.gov/emp/documentation/crosswalks.htm",
        attribution="U.S. Bureau of Labor Statistics, Employment Projections program; O*NET.",
    ),
)


def as_markdown(sources: Sequence[Source]) -> str:
    """`SOURCES.md`: the same facts for people who read the repository."""
    return _OPENING + "".join(_section(source) for source in sources)


def _section(source: Source) -> str:
    return (
        f"\n## {source.name}\n\n"
        f"- Vintage: {source.vintage}\n- Licence: {source.licence}\n- Where: {source.url}\n"
        f"- Attribution: {source.attribution}\n- Used in: {', '.join(_USED_IN[source.id])}\n"
    )


_USED_IN = {
    "bls_oews_national": ("occupations.csv",),
    "bls_oews_state": ("state_pay.csv",),
    "bls_oews_industry": ("industries.csv", "occupation_industries.csv"),
    "bls_projections": ("occupations.csv", "attainment.csv", "totals.csv"),
    "bea_rpp": ("states.csv",),
    "census_states": ("states.csv",),
    "onet": ("titles.csv", "activities.csv", "occupation_activities.csv", "related.csv", "occupations.csv"),
    "eloundou": ("measures.csv", "occupation_activities.csv", "occupations.csv"),
    "felten": ("measures.csv",),
    "microsoft": ("measures.csv", "activities.csv"),
    "anthropic": ("measures.csv",),
    "crosswalks": ("every table by occupation",),
}

_OPENING = """# Sources of the shipped tables

Written by `flask reference import ../shared/data`, together with the tables beside it; edit neither by
hand. `manifest.json` holds the data version and the SHA-256 of every text file; the version ends in a digest
of those, so none can change without it. `sources.json` holds what follows for the methodology page.
`snapshot.npz` holds what the tables say once more, for servers to map into memory; `numpy.load` opens it, and
`flask reference snapshot` writes it anew from the tables.

Only figures, codes, names and titles are shipped: no task statements, no sentences. Everything is computed
from the raw files, none of it from a ready-made join; tests compare it with the published occupation files.

- An empty cell means "not published", never zero. Pay published by the hour only is not made annual.
- `related_experience` and `on_the_job_training` are empty where none is usually needed.
- `openings` are persons a year; `growth_percent` is 2024 to 2034; pay is US dollars a year.
- `occupation_industries.csv` divides by the employment published by sector (withheld cells left out).
- `occupation_activities.csv`: `share` sums to 1 per occupation, `other` holds tasks without an activity.
- The exposure measures say how much of an occupation's work AI can touch. None is a chance of losing a job.
"""
