"""From O*NET-SOC 2019, SOC 2018 and SOC 2010 codes to the 832 of the National Employment Matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from backend.reference.rows import ONET_CODE, SourceFolder

ONET_TO_MATRIX = "soc_crosswalks/nem_onet_to_soc_crosswalk.xlsx"
SOC_2010_TO_2018 = "soc_crosswalks/soc2010_to_2018.csv"


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The one matrix code an O*NET-SOC or SOC 2018 code belongs to; SOC 2010 parents of a SOC 2018 code."""

    matrix_of_onet: Mapping[str, str]
    matrix_of_soc: Mapping[str, str]
    parents_2010: Mapping[str, tuple[str, ...]]

    def from_onet(self, values: Mapping[str, float]) -> dict[str, float]:
        """Every O*NET child of a SOC counts equally, then every SOC of a matrix code does."""
        by_soc: dict[str, list[float]] = defaultdict(list)
        for onet, value in values.items():
            by_soc[onet[:7]].append(value)
        return self.from_soc({soc: fmean(children) for soc, children in by_soc.items()})

    def from_soc(self, values: Mapping[str, float]) -> dict[str, float]:
        """A value published for the matrix code itself goes before the mean of its SOC codes."""
        by_matrix: dict[str, list[float]] = defaultdict(list)
        for soc, value in values.items():
            if soc in self.matrix_of_soc:
                by_matrix[self.matrix_of_soc[soc]].append(value)
        means = {code: fmean(parts) for code, parts in by_matrix.items()}
        published = {code: values[code] for code in set(self.matrix_of_onet.values()) & values.keys()}
        return means | published

    def from_soc_2010(self, values: Mapping[str, float]) -> dict[str, float]:
        """A SOC 2018 code takes the mean of the SOC 2010 codes that went into it."""
        by_soc = {
            soc: [values[parent] for parent in parents if parent in values]
            for soc, parents in self.parents_2010.items()
        }
        return self.from_soc({soc: fmean(published) for soc, published in by_soc.items() if published})

    def shares_of_onet(self, present: set[str]) -> dict[str, float]:
        """How much each O*NET code in `present` counts in its matrix code; sums to 1 per matrix code."""
        mapped = {onet for onet in present if onet in self.matrix_of_onet}
        children: dict[str, int] = defaultdict(int)
        for onet in mapped:
            children[onet[:7]] += 1
        socs: dict[str, int] = defaultdict(int)
        for soc in children:
            socs[self.matrix_of_soc[soc]] += 1
        return {onet: 1 / children[onet[:7]] / socs[self.matrix_of_onet[onet]] for onet in mapped}


def read_crosswalk(folder: SourceFolder) -> Crosswalk:
    onet: dict[str, str] = {}
    for row in folder.read_sheet(ONET_TO_MATRIX, "ONET to SOC crosswalk", ("O*NET-SOC code", "NEM Code"), header=5):
        onet[row.code("O*NET-SOC code", ONET_CODE)] = row.code("NEM Code")
    parents: dict[str, list[str]] = defaultdict(list)
    for row in folder.read_csv(SOC_2010_TO_2018, ("2010 SOC Code", "2018 SOC Code")):
        parents[row.code("2018 SOC Code")].append(row.code("2010 SOC Code"))
    return Crosswalk(
        matrix_of_onet=onet,
        matrix_of_soc={code[:7]: matrix for code, matrix in onet.items()},
        parents_2010={soc: tuple(dict.fromkeys(codes_2010)) for soc, codes_2010 in parents.items()},
    )
