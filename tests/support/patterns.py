"""Finds every pattern that the package compiles: by its source, and by recording what is compiled while it runs."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from support.paths import ROOT

LIBRARIES = frozenset({"re", "regex"})
AT_ONE_POSITION = frozenset({"match", "fullmatch"})
OTHER_ATTRIBUTES = frozenset({"pattern", "flags", "groupindex", "groups"})
NO_PATTERN = frozenset({"escape", "error", "purge"})
FILES = sorted([*(ROOT / "lyncphone_logs").rglob("*.py"), *(ROOT / "grammars").rglob("*.py")])


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """A call in the source that compiles a pattern; `owner` is the name that the result is bound to or returned by.

    `line` and `last` are those of the call. `is_searched`: it may be tried at more than one position of a text.
    """

    file: str
    line: int
    last: int
    method: str
    owner: str
    is_searched: bool


@cache
def _trees() -> dict[Path, ast.Module]:
    trees = {}
    for path in FILES:
        trees[path] = ast.parse(path.read_text(encoding="utf-8"))
        for parent in ast.walk(trees[path]):
            for child in ast.iter_child_nodes(parent):
                child.parent = parent  # type: ignore[attr-defined]  # the trees are those of this module
    return trees


def sites() -> list[Site]:
    """Every call of a function of `re` or `regex` with a pattern."""
    return sorted(_site(path, call) for path, tree in _trees().items() for call in _calls(tree))


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            library = node.func.value
            if isinstance(library, ast.Name) and library.id in LIBRARIES and node.func.attr not in NO_PATTERN:
                yield node


def hidden_uses() -> list[str]:
    """Uses of the libraries that `sites` cannot see: imported functions, and functions that are passed on."""
    found = []
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in LIBRARIES:
                found.append(f"{path.name}:{node.lineno}: from {node.module} import")
            if isinstance(node, ast.Import) and any(each.name in LIBRARIES and each.asname for each in node.names):
                found.append(f"{path.name}:{node.lineno}: another name")
            if isinstance(node, ast.Attribute) and _is_passed_on(node):
                found.append(f"{path.name}:{node.lineno}: {ast.unparse(node)} is passed on")
    return found


def _is_passed_on(node: ast.Attribute) -> bool:
    is_function = node.attr in {"compile", "search", "finditer", "findall", "split", "sub", "subn", *AT_ONE_POSITION}
    is_library = isinstance(node.value, ast.Name) and node.value.id in LIBRARIES
    parent = node.parent  # type: ignore[attr-defined]
    return is_function and is_library and not (isinstance(parent, ast.Call) and parent.func is node)


def _site(path: Path, call: ast.Call) -> Site:
    method = call.func.attr  # type: ignore[attr-defined]
    owner, is_searched = "", method not in AT_ONE_POSITION
    if method == "compile":
        owner, uses = _uses(call)
        is_searched = not uses or not uses <= AT_ONE_POSITION | OTHER_ATTRIBUTES
    last = call.end_lineno or call.lineno
    return Site(path.relative_to(ROOT).as_posix(), call.lineno, last, method, owner, is_searched)


def _uses(call: ast.Call) -> tuple[str, set[str]]:
    """The name that a compiled pattern gets, and the methods called on it; "" is one of them if it is passed on."""
    node: ast.AST = call
    while True:
        parent = node.parent  # type: ignore[attr-defined]
        if isinstance(parent, ast.Attribute) and node is call:
            return "", {parent.attr}
        if isinstance(parent, ast.Assign | ast.AnnAssign) and node is call:
            target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
            return (target.id, _uses_of(target.id, call)) if isinstance(target, ast.Name) else ("", {""})
        if isinstance(parent, ast.Assign | ast.AnnAssign):
            target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
            return ast.unparse(target), {""}
        if isinstance(parent, ast.FunctionDef):
            return parent.name, _uses_of(parent.name, call) if isinstance(
                node, ast.Return
            ) and node.value is call else {""}
        if isinstance(parent, ast.Module):
            return "", {""}
        node = parent


def _uses_of(name: str, call: ast.Call) -> set[str]:
    """The methods called on what has this name; a private name is one of the module of `call`."""
    found = set()
    for tree in [_tree_of(call)] if name.startswith("_") else _trees().values():
        for node in ast.walk(tree):
            is_name = isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            if is_name or (isinstance(node, ast.Attribute) and node.attr == name):
                parent = node.parent  # type: ignore[attr-defined]
                if isinstance(parent, ast.Call) and parent.func is node:
                    parent = parent.parent  # type: ignore[attr-defined]
                found.add(parent.attr if isinstance(parent, ast.Attribute) else "")
    return found


def _tree_of(node: ast.AST) -> ast.Module:
    while not isinstance(node, ast.Module):
        node = node.parent  # type: ignore[attr-defined]
    return node
