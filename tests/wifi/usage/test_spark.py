"""The same questions asked of a Spark cluster: a master and two workers on loopback."""

import importlib.util
import os
import re
import shutil
import subprocess
import time
import urllib.request
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest

from kini.robot.scratch import free_port
from kini.wifi import config
from kini.wifi.inventory import sample_data
from kini.wifi.simulate import sample_month
from kini.wifi.usage import aggregates, storage
from tests.environment import replace

pytestmark = pytest.mark.long
MONDAY = date(2026, 11, 23)
MISSING = [
    name
    for name, there in (("pyspark", importlib.util.find_spec("pyspark")), ("Java", shutil.which("java")))
    if not there
]
needs_spark = pytest.mark.skipif(bool(MISSING), reason=f"needs {' and '.join(MISSING)} (the extra `spark`, and a JRE)")
PATIENCE = 120


def start(stack, log, *words):
    import pyspark

    home = Path(pyspark.__file__).parent
    named = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": "512m"}
    out = stack.enter_context(log.open("w"))
    command = [f"{home}/bin/spark-class", *words]
    process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | named, cwd=log.parent)

    def end():
        process.terminate()
        process.wait()

    stack.callback(end)
    return process


def alive_workers(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return len(re.findall(r'"state" ?: ?"ALIVE"', answer.read().decode().partition('"activeapps"')[0]))
    except OSError:
        return 0


@pytest.fixture
def cluster(tmp_path):
    """The address of a master that two workers have joined."""
    with ExitStack() as stack:
        port, page = free_port(), free_port()
        master = ["org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port)]
        processes = [start(stack, tmp_path / "master.log", *master, "--webui-port", str(page))]
        address = f"spark://127.0.0.1:{port}"
        for number in range(2):
            log = tmp_path / f"worker-{number}.log"
            worker = ["org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g"]
            more = ["--webui-port", "0", "--work-dir", str(tmp_path / f"work-{number}"), address]
            processes.append(start(stack, log, *worker, *more))
        until = time.monotonic() + PATIENCE
        while alive_workers(f"http://127.0.0.1:{page}/json/") < 2:
            assert all(each.poll() is None for each in processes), (tmp_path / "master.log").read_text()
            assert time.monotonic() < until, "the workers did not join"
        yield address


def answers(root, first, last):
    with storage.counts_store(root).change() as change:
        change.remove("2026-11")
    rows = {by: aggregates.usage_report(root, first, last, by).rows for by in aggregates.BREAKDOWNS}
    results = {by: sorted(each, key=lambda row: row["of"]) for by, each in rows.items()}
    peaks = sorted((use.by, use.of, use.peak) for use in aggregates.usage_of_day(root, first) if use.peak)
    return results, peaks


# PySpark calls what pandas will take away, and leaves sockets to its Java process open.
@pytest.mark.filterwarnings("ignore")
@needs_spark
def test_spark_gives_the_same_numbers(town, tmp_path, cluster, settings, monkeypatch):
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    network = config.network()
    points = [each.value for each in sample_data.sample_points(network, 40).rows]
    where, root = sample_month.build_world(network, points, seed=1), tmp_path / "days"
    for number in range(3):
        sample_month.simulate_day(root, where, MONDAY + timedelta(days=number), 20_000, 1, sketches=False)
    days_asked = MONDAY, MONDAY + timedelta(days=1)
    duckdb = answers(root, *days_asked)
    settings.ENV = replace(settings.ENV, analytics=cluster)
    assert answers(root, *days_asked) == duckdb
    assert duckdb[0]["city"][0]["people"] > 1000
