"""Chapter 6.1b: what tells that somebody is on the lawn, and why.

Every score is tested on the same frames, and on the composed control in which one and
the same walker stands on the path or on the lawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import numpy as np

from companion import datasets
from companion.experiments import reconstruction, security
from experiments.registry import Results, experiment

SEEDS = (0, 1, 2)
EPOCHS = {"autoencoder": 60, "next frame": 20}

Score = Callable[[np.ndarray], np.ndarray]


class Video:
    """The video, reduced, and what the scores are made from."""

    def __init__(self):
        self.data = datasets.campus_walk()
        self.frames = security.reduced(self.data.frames)
        self.train = self.data.train
        self.empty = security.background(self.frames[self.train])
        self.moving = security.foreground(self.frames, self.empty)
        self.counts = self.moving.sum(axis=(1, 2))
        self.pasted = security.paste_walker(self.frames, self.data)

    def together(self, frames: np.ndarray) -> np.ndarray:
        """Return the training frames, then the given ones."""
        return np.concatenate([self.frames[self.train], frames])

    def standardized(self, frames: np.ndarray) -> np.ndarray:
        """Return frames standardized as the training frames are."""
        return reconstruction.standardized(self.together(frames), self.train)[
            len(self.train) :
        ]

    def entry(self, score: Score, *, still: bool = True) -> dict[str, float]:
        """Judge a score that is a function of frames.

        Args:
            score: From frames (T, 48, 64) to (T,).
            still: Whether it looks at frames one by one, so that the control, which
                stands still, says something.
        """
        verdict = security.judge(score(self.frames), self.data, self.counts)
        found = {name: round(value, 4) for name, value in asdict(verdict).items()}
        if still:
            before, path, lawn = (score(frames) for frames in self.pasted)
            found |= {
                "added_on_path": round(float((path - before).mean()), 5),
                "added_on_lawn": round(float((lawn - before).mean()), 5),
                "higher_on_lawn": round(float((lawn > path).mean()), 4),
            }
        return found


def baselines(video: Video) -> dict[str, dict[str, float]]:
    """Judge the scores that need no training by gradient descent."""
    count = len(video.train)

    def occupancy(frames):
        moving = security.foreground(video.together(frames), video.empty)
        return security.occupancy_score(moving, np.arange(count))[count:]

    def counted(frames):
        moving = security.foreground(frames, video.empty)
        return moving.mean(axis=(1, 2))

    def linear(frames):
        whole = video.standardized(video.together(frames))
        errors = reconstruction.principal_errors(whole, np.arange(count))
        return errors[count:].mean(axis=(1, 2))

    return {
        "frame difference": video.entry(security.frame_difference, still=False),
        "principal components": video.entry(linear),
        "foreground pixels": video.entry(counted),
        "occupancy map": video.entry(occupancy),
    }


def autoencoder(video: Video, seed: int, epochs: int) -> dict[str, dict[str, float]]:
    """Train an autoencoder and judge its error, plain and divided by place."""
    frames = video.standardized(video.frames)
    model, losses, seconds = reconstruction.train_autoencoder(
        frames, video.train, seed, epochs
    )
    usual = reconstruction.reconstruction_errors(model, frames)[video.train]

    def errors(given):
        return reconstruction.reconstruction_errors(model, video.standardized(given))

    def plain(given):
        return errors(given).mean(axis=(1, 2))

    def scaled(given):
        whole = np.concatenate([usual, errors(given)])
        return reconstruction.by_place(whole, np.arange(len(usual)))[len(usual) :]

    about = {
        "parameters": model.count_params(),
        "epochs": epochs,
        "cpu_seconds": round(seconds, 1),
        "first_loss": round(losses[0], 4),
        "half_way_loss": round(losses[epochs // 2], 4),
        "last_loss": round(losses[-1], 4),
    }
    return {
        "error": about | video.entry(plain),
        "error by place": about | video.entry(scaled),
    }


def next_frame(video: Video, seed: int, epochs: int) -> dict[str, float]:
    """Train a network that foresees the next frame and judge its error."""
    frames = video.standardized(video.frames)
    model, losses, seconds = reconstruction.train_next_frame(
        frames, video.train, seed, epochs
    )

    def score(given):
        return reconstruction.next_frame_error(model, video.standardized(given))

    return {
        "parameters": model.count_params(),
        "epochs": epochs,
        "cpu_seconds": round(seconds, 1),
        "first_loss": round(losses[0], 4),
        "half_way_loss": round(losses[epochs // 2], 4),
        "last_loss": round(losses[-1], 4),
    } | video.entry(score, still=False)


@experiment("security", "06-1b-security.json", minutes=2)
def run(seeds: Sequence[int] = SEEDS, epochs: dict[str, int] = EPOCHS) -> Results:
    """Judge every score, networks with several seeds.

    Args:
        seeds: The seeds.
        epochs: Passes over the training frames, by network.

    Returns:
        ``seeds``, ``frames`` (how many of each kind) and ``scores``: for each score a
        list with one entry per seed, or a single one if it has no seed.
    """
    import keras

    video = Video()
    scores = {name: [entry] for name, entry in baselines(video).items()}
    for name, entries in scores.items():
        print(f"{name:34s} AUC {entries[0]['auc']:.3f}", flush=True)
    for name, passes in epochs.items():
        for seed in seeds:
            keras.utils.clear_session()
            if name == "next frame":
                found = {name: next_frame(video, seed, passes)}
            else:
                parts = autoencoder(video, seed, passes)
                found = {f"{name}: {part}": entry for part, entry in parts.items()}
            for key, entry in found.items():
                scores.setdefault(key, []).append(entry)
                print(f"seed {seed}  {key:34s} AUC {entry['auc']:.3f}", flush=True)
    labels = video.data.labels[video.data.test]
    return {
        "seeds": list(seeds),
        "frames": {
            "training": len(video.train),
            "calibration": len(video.data.calibration),
            "normal": int((labels == 0).sum()),
            "abnormal": int((labels == 1).sum()),
            "composed": len(video.pasted[0]),
        },
        "scores": scores,
    }
