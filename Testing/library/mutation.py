"""Damage for files: what a crash, a bad copy, a wrong editor or somebody with bad intentions makes of a good one."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

#: what stands in the place of a number or a word
HOSTILE = (
    "", "0", "-1", "-0", "1e308", "-1e308", "nan", "inf", "-inf", "99999999999999999999", "0.0000001", "2147483648",
    "1 1", "1,5", "½", "Ünï", "\u202e", "null", "true", "[]", "{}", "'", '"', "\\", "%s", "{name}", "=1+1", "../../x",
    "/etc/passwd", "<script>", "&lol;", "!!python/object/apply:os.system [id]", "*a", "&a [*a]", "A" * 5000, "\t", "#",
    "2024-02-31", "0x10", "1_000", "٣",
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(rb"[A-Za-z_][\w-]+")

Mutation = Callable[[bytes, np.random.Generator], bytes]


def mutated_text(data: bytes, random: np.random.Generator) -> bytes:
    """``data`` with one to three changes: numbers, words, lines, bytes."""
    for _ in range(random.integers(1, 4)):
        data = _one_of(_TEXT, random)(data, random)
    return data


def mutated_bytes(data: bytes, random: np.random.Generator) -> bytes:
    """``data`` with one to three changes of bits, bytes and length."""
    for _ in range(random.integers(1, 4)):
        data = _one_of(_BINARY, random)(data, random)
    return data


def mutated_head(length: int) -> Mutation:
    """Changes bytes of the first ``length`` only, three times of four: what follows is mostly voxels."""
    def mutate(data: bytes, random: np.random.Generator) -> bytes:
        if random.random() < 0.25:
            return mutated_bytes(data, random)
        return mutated_bytes(data[:length], random)[:length].ljust(length, b"\0") + data[length:]
    return mutate


def mutated_header(end: bytes) -> Mutation:
    """Changes the text before ``end`` (a blank line) nine times of ten, else the bytes behind it."""
    def mutate(data: bytes, random: np.random.Generator) -> bytes:
        head, mark, body = data.partition(end)
        if random.random() < 0.9:
            return mutated_text(head, random) + mark + body
        return head + mark + mutated_bytes(body, random)
    return mutate


def _one_of(choices, random):
    return choices[random.integers(len(choices))]


def _replaced(pattern: re.Pattern[bytes], new: Callable[[bytes, np.random.Generator], bytes]) -> Mutation:
    def mutate(data: bytes, random: np.random.Generator) -> bytes:
        found = list(pattern.finditer(data))
        if not found:
            return data
        match = _one_of(found, random)
        return data[:match.start()] + new(match.group(), random) + data[match.end():]
    return mutate


def _hostile(_: bytes, random: np.random.Generator) -> bytes:
    return str(_one_of(HOSTILE, random)).encode()


def _other_number(old: bytes, random: np.random.Generator) -> bytes:
    value = float(old)
    return _one_of((f"{-value:g}", f"{value * 1000:g}", f"{value / 1000:g}", f"{value + 1:g}", f"{value + 0.5:g}",
                    old.decode() * 20), random).encode()


def _with_lines(change: Callable[[list[bytes], np.random.Generator], None]) -> Mutation:
    def mutate(data: bytes, random: np.random.Generator) -> bytes:
        lines = data.split(b"\n")
        change(lines, random)
        return b"\n".join(lines)
    return mutate


def _drop_line(lines, random):
    del lines[random.integers(len(lines))]


def _repeat_line(lines, random):
    place = random.integers(len(lines))
    lines.insert(place, lines[place])


def _swap_lines(lines, random):
    one, other = random.integers(len(lines), size=2)
    lines[one], lines[other] = lines[other], lines[one]


def _indent_line(lines, random):
    place = random.integers(len(lines))
    lines[place] = b"  " + lines[place]


def _cut(data: bytes, random: np.random.Generator) -> bytes:
    return data[:random.integers(len(data) + 1)]


def _byte(data: bytes, random: np.random.Generator) -> bytes:
    if not data:
        return data
    place = random.integers(len(data))
    return data[:place] + bytes([random.integers(256)]) + data[place + 1:]


def _bit(data: bytes, random: np.random.Generator) -> bytes:
    if not data:
        return data
    place = random.integers(len(data))
    return data[:place] + bytes([data[place] ^ (1 << int(random.integers(8)))]) + data[place + 1:]


def _field(data: bytes, random: np.random.Generator) -> bytes:
    """Four bytes at once become a number at the end of its range."""
    if len(data) < 4:
        return data
    place = random.integers(len(data) - 3)
    value = _one_of((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\0\0\xc0\x7f",
                     b"\0\0\x80\x7f"), random)
    return data[:place] + value + data[place + 4:]


def _inserted(data: bytes, random: np.random.Generator) -> bytes:
    place = random.integers(len(data) + 1)
    return data[:place] + random.bytes(int(random.integers(1, 16))) + data[place:]


_TEXT: tuple[Mutation, ...] = (
    _replaced(_NUMBER, _hostile), _replaced(_NUMBER, _other_number), _replaced(_WORD, _hostile),
    _replaced(_NUMBER, _hostile), _replaced(_NUMBER, _other_number), _with_lines(_drop_line), _with_lines(_repeat_line),
    _with_lines(_swap_lines), _with_lines(_indent_line), _cut, _byte, _inserted,
)
_BINARY: tuple[Mutation, ...] = (_byte, _byte, _bit, _bit, _field, _field, _cut, _inserted)
