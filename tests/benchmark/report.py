"""Rows of the comparison as text, CSV and a picture."""
import csv
import dataclasses
import os
import statistics
from html import escape

HEADER = (f"{'case':22} {'nncc min':>11} {'median':>11} {'best peer':>12} {'min':>11} {'median':>11} {'ratio':>6} {'% peak':>6}"
          f" {'differs':>8} {'emit ms':>7} {'g++ s':>6} {'.text':>8}")


@dataclasses.dataclass
class Row:
    name: str
    note: str = ""
    emit_ms: float = 0
    compile_s: float = 0
    text_bytes: int = 0
    flops: int = 0
    difference: float = 0
    peak: float = 0  # GFLOP/s
    times: dict = dataclasses.field(default_factory=dict)  # competitor → µs of each round

    def summary(self, name):
        return min(self.times[name]), statistics.median(self.times[name])

    def best_peer(self):
        peers = [name for name in self.times if name != "nncc"]
        return min(peers, key=lambda name: min(self.times[name])) if peers else None

    def ratio(self):
        """How many times faster than the best peer: of minima and of medians, the worse."""
        ours, theirs = self.summary("nncc"), self.summary(self.best_peer())
        return min(theirs[0] / ours[0], theirs[1] / ours[1])

    def share(self):
        return 100 * self.flops / (self.summary("nncc")[0] * 1e3 * self.peak)

    def text(self):
        if not self.times:
            return f"{self.name:22} {self.note}"
        peer = self.best_peer()
        ours, theirs = self.summary("nncc"), self.summary(peer)
        return (f"{self.name:22} {ours[0]:11.3f} {ours[1]:11.3f} {peer:>12} {theirs[0]:11.3f} {theirs[1]:11.3f} {self.ratio():6.2f}"
                f" {self.share():6.1f} {self.difference:8.0e} {self.emit_ms:7.0f} {self.compile_s:6.1f} {self.text_bytes:8d} {self.note}")


def write_reports(rows, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "compare.txt"), "w") as out:
        out.write("microseconds; ratio: how many times faster than the best peer, of minima or medians the worse\n" + HEADER + "\n")
        out.writelines(row.text() + "\n" for row in rows)
    with open(os.path.join(folder, "compare.csv"), "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["case", "competitor", "min_us", "median_us", "gflops", "peak_gflops", "difference", "note"])
        for row in rows:
            for name in row.times:
                least, median = row.summary(name)
                writer.writerow([row.name, name, f"{least:.4f}", f"{median:.4f}", f"{row.flops / least / 1e3:.2f}",
                                 f"{row.peak:.1f}", f"{row.difference:.1e}", row.note])
            if not row.times:
                writer.writerow([row.name, "nncc", "", "", "", "", "", row.note])
    with open(os.path.join(folder, "compare.svg"), "w") as out:
        out.write(picture(rows))


def picture(rows):
    """Bars on a logarithmic scale: how many times faster nncc is than the best peer."""
    import math
    timed = [row for row in rows if row.times]
    left, scale, line = 190, 110, 18
    middle = left + 2 * scale
    height = line * (len(timed) + 2)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{middle + 3 * scale + 70}" height="{height}" '
             'font-family="sans-serif" font-size="12">',
             f'<text x="{middle}" y="13" text-anchor="middle">times as fast as the best peer</text>']
    for k, row in enumerate(timed):
        y, ratio = line * (k + 1), row.ratio()
        length = max(-2.0, min(3.0, math.log10(ratio))) * scale
        x = middle if length >= 0 else middle + length
        color = "#2a7f3f" if ratio >= 1 else "#b03a2e"
        parts.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(row.name)}</text>')
        parts.append(f'<rect x="{x:.1f}" y="{y + 3}" width="{abs(length):.1f}" height="{line - 5}" fill="{color}"/>')
        parts.append(f'<text x="{middle + max(length, 0) + 4:.1f}" y="{y + 13}">{ratio:.2f}</text>')
    parts.append(f'<line x1="{middle}" y1="{line}" x2="{middle}" y2="{height - line}" stroke="#444"/></svg>\n')
    return "\n".join(parts)
