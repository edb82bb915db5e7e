"""Reading YAML and JSON whose shape is stated, with errors that say what is wrong."""

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match


def read(path: Path, schema: dict[str, Any], remedy: str) -> Any:
    """Read a YAML or JSON file and check its shape.

    Args:
        path: The file.
        schema: JSON schema that its content must satisfy.
        remedy: What to do if it does not, for the error message.

    Returns:
        The content.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it can't be parsed or does not satisfy the schema.
    """
    if not path.is_file():
        raise FileNotFoundError(f"expected the file {path}, found none; {remedy}")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path} can't be parsed: {error}; {remedy}") from None
    error = best_match(Draft202012Validator(schema).iter_errors(content))
    if error is not None:
        place = "/".join(map(str, error.absolute_path)) or "the top"
        raise ValueError(f"{path}, at {place}: {error.message}; {remedy}")
    return content
