"""``python -m RadiomicsOrthoLib.cli``: the command without its installation."""

from .command import command

if __name__ == "__main__":
    command()
