from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Which names are meant. A prefix that begins with a slash is one of the path, whatever comes before it.

    Without `names` and `prefixes` all are meant except `excluded`, prefixes too.
    """

    prefixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def includes(self, name: str) -> bool:
        if any(_begins(name, prefix) for prefix in self.excluded):
            return False
        if not self.prefixes and not self.names:
            return True
        return name in self.names or any(_begins(name, prefix) for prefix in self.prefixes)


ANY = NameFilter()


def _begins(name: str, prefix: str) -> bool:
    if not prefix.startswith("/"):
        return name.startswith(prefix)
    path = name.find("/")
    return path >= 0 and name.startswith(prefix, path)
