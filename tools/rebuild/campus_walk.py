"""Campus walk, from the video ``vtest.avi`` of a Debian package.

Every frame is decoded by the pinned OpenCV, turned gray and averaged down to a sixth
of its height and width. The labels were made by eye, on the frames in color at half
size; they follow from the spans below.
"""

import io
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from rebuild import building

VIDEO = "./usr/share/doc/opencv-doc/examples/data/vtest.avi"
VIDEO_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"
SHAPE = (96, 128)
FRAMES = 795
#: First frame and one past the last in which somebody is on the lawn in front.
ON_LAWN = ((505, 744), (752, 786))
#: In these, nobody can tell: people are entering, stepping over its edge, leaving.
UNSURE = ((502, 505), (744, 752), (786, 795))


def video(archive: Path) -> bytes:
    """Return the video in the package's archive."""
    listing = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", archive], check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(listing)) as package:
        return package.extractfile(VIDEO).read()


def decode(content: bytes) -> np.ndarray:
    """Return the video's frames in gray, reduced, as (N, 96, 128) bytes."""
    import cv2

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.avi"
        path.write_bytes(content)
        capture = cv2.VideoCapture(str(path))
        frames = []
        while True:
            found, frame = capture.read()
            if not found:
                break
            gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
            frames.append(cv2.resize(gray, SHAPE[::-1], interpolation=cv2.INTER_AREA))
    return np.stack(frames)


def labels() -> np.ndarray:
    """Return the labels: 0 lawn empty, 1 somebody on it, -1 not to be told."""
    found = np.zeros(FRAMES, np.int8)
    for spans, label in ((ON_LAWN, 1), (UNSURE, -1)):
        for first, end in spans:
            found[first:end] = label
    return found


def read(archive: Path) -> building.Arrays:
    """Return frames and labels."""
    content = video(archive)
    building.check_digest("sha256", VIDEO, content, VIDEO_SHA256)
    frames = decode(content)
    if frames.shape != (FRAMES, *SHAPE):
        raise SystemExit(f"expected {FRAMES} frames, decoded {frames.shape}")
    return {"frames": frames, "labels": labels()}


building.register(
    building.Recipe(
        name="campus_walk",
        download=lambda card: [
            *("apt-get", "download"),
            f"{card.source.package}={card.source.version}",
        ],
        read=read,
        compression=zipfile.ZIP_LZMA,
    )
)
