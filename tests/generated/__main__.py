"""Write every file that is made from another: ``python -m tests.generated``."""

from tests.generated.files import FILES, ROOT

for path, make in FILES.items():
    place = ROOT / path
    text = make()
    if not place.exists() or place.read_text(encoding="utf-8") != text:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        print(f"wrote {path}")  # noqa: T201
