"""`convlens explain CODE`: every rule in both languages, in every form; rules in the list of topics."""

import json

import pytest
from rich.cells import cell_len

import convlens
from convlens.explanations import topic as topics
from convlens.explanations.contents import WIDTH
from convlens.explanations.rule import RuleExplanation
from convlens.ir import op
from convlens.ir.errors import UsageError
from convlens.linting.rule import Rule
from convlens.linting.table import every

each_rule = pytest.mark.parametrize("rule", every(), ids=[rule.code for rule in every()])
each_language = pytest.mark.parametrize("lang", ["en", "zh"])


def explained(rule: type[Rule], lang: str = "en") -> RuleExplanation:
    found = convlens.explain(rule.code, lang)
    assert isinstance(found, RuleExplanation)
    return found


@each_rule
@each_language
def test_everything_that_the_docstring_says_is_there(rule: type[Rule], lang: str) -> None:
    docs, text = rule.docs(), explained(rule, lang).text()
    joined = " ".join(text.split())
    title, source, *paragraphs = (words.replace("`", "") for words in (docs.title, docs.source, *docs.paragraphs))
    for line in (*docs.bad.text.splitlines(), *docs.good.text.splitlines()):
        assert f"    {line}" in text
    assert source in joined
    assert rule.status in joined or lang == "zh"
    assert "{" not in "".join(line for line in text.splitlines() if not line.startswith("    "))
    if lang == "en":
        assert title in joined
        assert all(paragraph in joined for paragraph in paragraphs)


@each_rule
@each_language
def test_it_fits_a_screen(rule: type[Rule], lang: str) -> None:
    code = {*rule.docs().bad.text.splitlines(), *rule.docs().good.text.splitlines()}
    for kind, line in explained(rule, lang).lines():
        names_nodes = kind == "example" and rule.name in line
        assert cell_len(line) <= WIDTH or line.strip() in code or names_nodes or " " not in line.strip(), line


@each_rule
def test_what_lint_says_of_the_bad_example_is_shown(rule: type[Rule]) -> None:
    assert f"{rule.code} {rule.name}  " in explained(rule).text()


@each_rule
@each_language
def test_the_record(rule: type[Rule], lang: str) -> None:
    record = explained(rule, lang).to_dict()
    json.dumps(record)
    assert (record["schema"], record["topic"], record["lang"]) == ("convlens/explain/1", rule.code, lang)
    assert (record["title"], record["severity"], record["status"]) == (rule.name, rule.severity, rule.status)
    assert record["bad"] == rule.docs().bad.text
    assert record["text"] == str(explained(rule, lang))


@each_rule
def test_markdown_keeps_a_star_and_shows_networks_as_code(rule: type[Rule]) -> None:
    page = explained(rule).to_markdown()
    assert page.startswith(f"# {rule.code} ")
    assert page.count("```") % 2 == 0
    prose = "".join(page.split("```")[::2]).replace("\\*", "")
    assert "*" not in "".join(prose.split("`")[::2])


def test_the_name_and_any_case_do_as_well() -> None:
    for word in ("S01", "s01", "bias-before-norm", "Bias-Before-Norm"):
        assert str(convlens.explain(word)) == str(convlens.explain("S01"))


def test_a_code_is_neither_a_topic_nor_an_operator() -> None:
    """A name may be both, and then the topic is meant; the code always means the rule."""
    for rule in every():
        assert topics.named(rule.code) is None
        assert op.find(rule.code) is None


def test_the_nearest_rule_is_named() -> None:
    with pytest.raises(UsageError, match=r"there is no topic 'dead-tap' \(did you mean 'dead-taps'\?\)"):
        convlens.explain("dead-tap")


@each_language
def test_the_contents_list_every_rule(lang: str) -> None:
    contents = convlens.explain("", lang)
    lines = str(contents).splitlines()
    for rule in every():
        assert any(line.startswith(f"{rule.code}  ") for line in lines)
        assert f"- `{rule.code}`: " in contents.to_markdown()
    assert all(cell_len(line) <= WIDTH for line in lines)
    assert [entry["code"] for entry in contents.to_dict()["rules"]] == [rule.code for rule in every()]
