"""The top command, its common options, and how errors become sentences and exit codes."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import click

from diembao.cli import articles, collect, demo, imports, outlets, project, releases, reports, stories, topics
from diembao.cli.output import VOICE, find_language, get_words, print_error
from diembao.errors import DiembaoError, SettingsError, StorageError
from diembao.i18n import Language

#: a fault of the software itself, after sysexits' EX_SOFTWARE
EXIT_UNEXPECTED = 70

EXIT_HELP = """\
Exit codes: 0 done, 1 ran but a check failed, 2 wrong use, 3 project or configuration,
4 network or outlet, 5 data damaged or disk full, 6 locked, 70 fault of the software, 130 interrupted.
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_HELP)
@click.option(
    "-C", "folder", type=click.Path(path_type=Path), default=None, help="Work in this project folder."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")
@click.option("-v", "--verbose", is_flag=True, help="Show technical causes of errors.")
@click.version_option(package_name="diembao", prog_name="diembao")
@click.pass_context
def cli(context: click.Context, folder: Path | None, quiet: bool, verbose: bool) -> None:
    """Measure press coverage honestly: collect, find, compare, report; every number can be recomputed."""
    context.meta["diembao.folder"] = folder
    VOICE.quiet = quiet
    VOICE.language = _find_message_language(folder)


def _find_message_language(folder: Path | None) -> Language:
    from diembao.settings import find_project, read_settings

    try:
        settings = read_settings(find_project((folder or Path.cwd()).resolve()))
        return find_language(settings.text("interface.language"))
    except (SettingsError, OSError):
        return find_language()


for command in (
    *project.COMMANDS,
    *outlets.COMMANDS,
    *topics.COMMANDS,
    *collect.COMMANDS,
    *imports.COMMANDS,
    *articles.COMMANDS,
    *releases.COMMANDS,
    *stories.COMMANDS,
    *reports.COMMANDS,
    *demo.COMMANDS,
):
    cli.add_command(command)


def invoke(arguments: list[str]) -> int:
    """Run one command line; every error on purpose becomes a sentence and its exit code."""
    verbose = "-v" in arguments or "--verbose" in arguments
    VOICE.language, VOICE.quiet = find_language(), False
    try:
        result = cli.main(arguments, prog_name="diembao", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        click.echo(get_words()("cli.interrupted"), err=True)
        return 130
    except KeyboardInterrupt:
        click.echo(get_words()("cli.interrupted"), err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DiembaoError as error:
        if verbose and error.__cause__ is not None:
            click.echo(f"{type(error.__cause__).__name__}: {error.__cause__}", err=True)
        print_error(error)
        return error.exit_code
    except BrokenPipeError:
        # the reader of our output went away (`| head`): not an error, and Python must not complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if verbose:
            raise
        print_error(_describe_disk_error(error))
        return StorageError.exit_code
    except Exception as error:
        if verbose:
            raise
        click.echo(get_words()("cli.unexpected", error=f"{type(error).__name__}: {error}"), err=True)
        return EXIT_UNEXPECTED
    return int(result) if isinstance(result, int) else 0


def _describe_disk_error(error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageError(
            "the disk is full: {file}",
            key="cli.disk_full",
            next_step="free some space and run the same command again; what was acknowledged is kept",
            file=str(error.filename or ""),
        )
    return StorageError(
        "{file}: {reason}",
        key="cli.disk_error",
        next_step="check the folder and its permissions, then run the same command again",
        file=str(error.filename or ""),
        reason=error.strerror or str(error),
    )
