"""What came of a run, in sentences that a person could read aloud. Nothing that is not known is said."""

from collections.abc import Iterator
from math import isfinite

from convlens.arith.units import short
from convlens.ir.errors import cut
from convlens.lang.messages import counted, listed, say, spaced
from convlens.training.pages.amounts import digits, duration, interval, percent
from convlens.training.pages.calibration import Calibration
from convlens.training.pages.confusion import largest_share
from convlens.training.pages.published import Published, published
from convlens.training.pages.reading import RunReading

MOST_NAME = 60
"""Characters of a name inside a sentence."""

GAP = 0.02
"""From here on the distance of training from validation accuracy is worth a word."""

ENOUGH = 100
"""Validation examples from which on that distance is more than chance: of 100 one is a hundredth."""


def verdict(run: RunReading, calibrated: Calibration | None, lang: str) -> list[str]:
    """The test, the training, what to hold it against, and where it stands between learning and learning by heart."""
    parts = (_test(run, lang), _training(run, lang), _beside(run, lang), _by_heart(run, lang), _sureness(calibrated, lang))
    return [spaced(text) if lang == "zh" else text for part in parts for text in part]


def _test(run: RunReading, lang: str) -> Iterator[str]:
    network, data = cut(run.network_name or run.name, MOST_NAME), cut(run.data or "?", MOST_NAME)
    if run.test is None:
        yield counted(lang, "{network} on {data} was stopped after {done} of {count} epoch: no test has been made.",
                      "{network} on {data} was stopped after {done} of {count} epochs: no test has been made.",
                      run.epochs_wanted, network=network, data=data, done=run.epochs_done)  # fmt: skip
        return
    count = run.parts.get("test", 0) or sum(map(sum, run.test.confusion))
    accuracy = run.test.accuracy
    if not count and run.epochs_done:
        yield say(lang, "{network} was trained on {data}, which has no test part: how good it is on new examples has not been "
                  "judged.", network=network, data=data)  # fmt: skip
        return
    if not 0 <= accuracy <= 1 or not count:
        yield say(lang, "{network} on {data} was tested, but the figures cannot be read.", network=network, data=data)
        return
    low, high = interval(accuracy, count)
    yield say(lang, "{network} names the class of {share} % of the {count} test examples of {data} correctly ({low} to {high} % "
              "with 95 % confidence, by chance of the test set alone); its mean loss is {loss}.",
              network=network, share=percent(accuracy), count=f"{count:,}", data=data, loss=digits(run.test.loss),
              low=percent(low), high=percent(high))  # fmt: skip


def _training(run: RunReading, lang: str) -> Iterator[str]:
    if not run.epochs_done:
        return
    text = counted(lang, "It was trained for {count} epoch in {time}", "It was trained for {count} epochs in {time}",
                   run.epochs_done, time=duration(lang, run.seconds))  # fmt: skip
    if run.params is None or run.macs is None:
        yield say(lang, "{text}.", text=text)
        return
    yield say(lang, "{text}; it has {params} parameters and takes {macs} multiply-accumulates for an example.",
              text=text, params=short(run.params), macs=short(run.macs))  # fmt: skip


def _beside(run: RunReading, lang: str) -> Iterator[str]:
    share = largest_share(run.test.confusion) if run.test else None
    if run.test is None or share is None:
        return
    yield say(lang, "Always naming the most frequent class would be correct for {share} %.", share=percent(share))
    known, reached = published(run), 100 * run.test.accuracy
    better = [one for one in known if one.accuracy > reached]
    if better:
        yield say(lang, "Published results on the same test set that beat it: {better}.",
                  better=listed(lang, [_result(one) for one in better]))  # fmt: skip
    elif known:
        best = max(known, key=lambda one: one.accuracy)
        yield say(
            lang, "No published result that convlens knows for this test set beats it; the best is {best}.", best=_result(best)
        )


def _result(one: Published) -> str:
    return f"{one.network} {one.accuracy:.1f} %"


def _by_heart(run: RunReading, lang: str) -> Iterator[str]:
    train, validation = (_last(run, key) for key in ("train_accuracy", "validation_accuracy"))
    if train is None or validation is None:
        return
    text = say(lang, "In the last epoch it was correct for {train} % of what it trained on and for {validation} % of the "
               "validation part", train=percent(train), validation=percent(validation))  # fmt: skip
    if run.epochs_done < 2 or run.parts.get("validation", ENOUGH) < ENOUGH:
        yield say(lang, "{text}.", text=text)
    elif train - validation >= GAP:
        yield say(lang, "{text}: it has begun to learn its examples by heart.", text=text)
    else:
        yield say(lang, "{text}: it has not learned its examples by heart.", text=text)
    losses = [value for value in run.epochs["validation_loss"] if isfinite(value)]
    if len(losses) > 2 and losses.index(min(losses)) < len(losses) - 2:
        best = losses.index(min(losses))
        yield say(lang, "The validation loss was lowest after epoch {epoch} ({loss}) and rose to {last} since.",
                  epoch=best + 1, loss=digits(losses[best]), last=digits(losses[-1]))  # fmt: skip


def _last(run: RunReading, key: str) -> float | None:
    values = [value for value in run.epochs[key] if isfinite(value)]
    return values[-1] if values else None


def _sureness(found: Calibration | None, lang: str) -> Iterator[str]:
    if found is None:
        return
    error = percent(found.expected)
    if found.confidence > found.accuracy:
        yield say(lang, "Its probabilities are {error} points off on average: it is surer than it should be.", error=error)
    else:
        yield say(lang, "Its probabilities are {error} points off on average: it is less sure than it could be.", error=error)
