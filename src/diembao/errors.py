"""Every error Diembao raises on purpose, in one tree.

    DiembaoError
    ├── UsageError          a command or call that cannot mean anything            exit 2
    ├── SettingsError       project folder, diembao.toml, registered outlets       exit 3
    │   └── OutletError     an outlet, a feed, a refused host
    ├── SourceError         a file or feed that cannot be read as what it claims   exit 3
    │   └── SandboxError    bytes that could not be parsed in the sandbox
    │       ├── SandboxKilledError   the worker ran too long, took too much memory, or died
    │       └── SandboxRefusedError  the input is over a limit, or in quarantine
    ├── FetchError          the network or an outlet did not answer                exit 4
    ├── CorpusError         stored data is damaged or does not fit                 exit 5
    ├── LockedError         another process is writing                             exit 6
    ├── StorageError        the disk refused a write; nothing acknowledged is lost exit 5
    ├── TopicError          a topic that is ambiguous, refused or unknown          exit 3
    ├── CodingError         codebooks, samples, labels                             exit 3
    ├── EstimateError       a number that would be wrong                           exit 1
    └── ReportError         a report that cannot be built or does not verify       exit 1

An error keeps its values; `str()` is the English sentence; `key` finds the same sentence in another
language in the catalogue `errors`. `next_step` is what the person should do now.
"""

from __future__ import annotations

from typing import ClassVar


class DiembaoError(Exception):
    """Base of all errors raised on purpose.

    `message` is an English template in `str.format` style, lower case and without a final period;
    `values` fill it. `key` names the sentence in the catalogues (`errors.<key>` and
    `errors.<key>.next`); without a key the English sentence is shown everywhere.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, *, key: str | None = None, next_step: str | None = None, **values: object
    ) -> None:
        self.template = message
        self.key = key
        self.next_template = next_step
        self.values = values
        super().__init__(self._fill(message))

    def _fill(self, template: str) -> str:
        return template.format(**self.values) if self.values else template

    @property
    def next_step(self) -> str | None:
        """The English sentence that says what to do now, or None."""
        return None if self.next_template is None else self._fill(self.next_template)


class UsageError(DiembaoError):
    """A command or call that cannot mean anything."""

    exit_code = 2


class SettingsError(DiembaoError):
    """The project folder or its `diembao.toml` is missing, broken or contradicts itself."""

    exit_code = 3


class OutletError(SettingsError):
    """An outlet or feed that is unknown, doubled or refused."""


class SourceError(DiembaoError):
    """A file or feed that cannot be read as what it claims to be."""

    exit_code = 3


class SandboxError(SourceError):
    """Bytes that could not be parsed in the sandbox."""


class SandboxKilledError(SandboxError):
    """The worker was stopped: it ran too long, took too much memory, or died."""


class SandboxRefusedError(SandboxError):
    """The input is over a limit, or was quarantined because workers died over it before."""


class FetchError(DiembaoError):
    """The network or an outlet did not answer as needed."""

    exit_code = 4


class CorpusError(DiembaoError):
    """Stored data is damaged or does not fit together."""

    exit_code = 5


class StorageError(DiembaoError):
    """The disk refused a write; what was acknowledged before is untouched."""

    exit_code = 5


class LockedError(DiembaoError):
    """Another process holds the corpus."""

    exit_code = 6


class TopicError(DiembaoError):
    """A topic that is ambiguous, refused or unknown."""

    exit_code = 3


class CodingError(DiembaoError):
    """A codebook, sample or label that would make a number wrong."""

    exit_code = 3


class EstimateError(DiembaoError):
    """A number that would be wrong if it were given."""

    exit_code = 1


class ReportError(DiembaoError):
    """A report that cannot be built, or that does not verify."""

    exit_code = 1
