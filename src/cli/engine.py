"""Runs the statements of Merit in DuckDB or Spark: a job as JSON comes in, lines of JSON go out."""

import concurrent.futures
import datetime
import decimal
import json
import os
import sys
import threading
import time


def text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, float):
        raise ValueError("a binary fraction came back, which is not exact")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


class Locked(Exception):
    """Another program has the database."""


class Old(Exception):
    """The engine is older than the statements need."""


def at_least(version, least):
    numbers = []
    for part in version.lstrip("v").split(".")[:2]:
        digits = "".join(letter for letter in part if letter.isdigit())
        numbers.append(int(digits or 0))
    if numbers < least:
        raise Old(version)


def look(job, work, columns_of, is_absent):
    """What there is of the tables, before any of them is read."""
    work.phase = "look"
    looked = []
    for table in job["tables"]:
        try:
            looked.append({"table": table["number"], "columns": columns_of(f"SELECT * FROM {table['sql']} LIMIT 0")})
        except Exception as error:
            if not is_absent(error):
                raise
            looked.append({"table": table["number"], "absent": f"{error}"})
    work.phase = "wait"
    work.say({"looked": looked})


def told(work):
    """What is wanted next."""
    line = sys.stdin.readline()
    if not line:
        # Something is not there, or the statements could not be written: nothing is wanted any more.
        os._exit(0)
    return json.loads(line)


def glance(work, answers):
    """A look at the rows: the first that is wanted."""
    work.phase = "look"
    for name, columns, rows in answers:
        work.tell(name, columns, rows)
    work.say({"done": True})
    work.phase = "wait"
    script = told(work)
    work.of = len(script["statements"])
    work.phase = "run"
    return script


class Work:
    """What is being done, for whoever watches: a phase, and how many tasks of a cluster run and are done."""

    def __init__(self):
        self.phase = "connect"
        self.done = 0
        self.of = 0
        self.tasks = lambda: None
        self.finished = threading.Event()
        self.lock = threading.Lock()
        self.out = None

    def say(self, line):
        with self.lock:
            self.out.write(json.dumps(line) + "\n")
            self.out.flush()

    def tell(self, name, columns, rows):
        self.say({"statement": name, "columns": columns})
        for row in rows:
            self.say([text(value) for value in row])


def duckdb_statements(job, work):
    import duckdb

    at_least(duckdb.__version__, job["least"])
    target = job["target"]
    in_memory = target == ":memory:"
    if not in_memory and not os.path.exists(target):
        raise FileNotFoundError(f"there is no database file `{target}`")
    try:
        connection = duckdb.connect(target, read_only=not in_memory)
    except Exception as error:
        if "lock on file" in f"{error}" or "being used by another process" in f"{error}":
            raise Locked(f"{error}") from error
        raise

    def columns_of(sql):
        return [row[:2] for row in connection.execute(f"DESCRIBE {sql}").fetchall()]

    def is_absent(error):
        return isinstance(error, duckdb.CatalogException) or "No files found" in f"{error}"

    def answers(statements):
        for statement in statements:
            cursor = connection.execute(statement["sql"])
            columns = [column[0] for column in cursor.description]
            rows = iter(lambda: cursor.fetchmany(10_000), [])
            yield statement["name"], columns, (row for some in rows for row in some)

    look(job, work, columns_of, is_absent)
    begin = told(work)
    # A transaction would be over with the first table that is not there.
    for sql in job["opening"] + begin["marking"]:
        connection.execute(sql)
    script = glance(work, answers(begin["glances"]))
    for relation in script["relations"]:
        connection.execute(relation["make"])
        for rows in relation["rows"]:
            connection.execute(relation["fill"], [rows])
    for sql in script["reads"]:
        connection.execute(sql)
    yield from answers(script["statements"])


def tasks_of_cluster(spark):
    """How many tasks run and are done, of those known; nothing where no work is waiting."""
    tracker = spark.sparkContext.statusTracker()

    def tasks():
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        stages = [stage for stage in stages if stage is not None]
        if not stages:
            return None
        return (
            sum(stage.numActiveTasks for stage in stages),
            sum(stage.numCompletedTasks for stage in stages),
            sum(stage.numTasks for stage in stages),
        )

    return tasks


def tasks_of_server(spark):
    """The same of a Spark Connect server, as it tells of it."""
    known = {}

    def told(stages, inflight_tasks, operation_id, done):
        if done:
            known.pop(operation_id, None)
        else:
            known[operation_id] = (
                inflight_tasks,
                sum(stage.num_completed_tasks for stage in stages),
                sum(stage.num_tasks for stage in stages),
            )

    spark.registerProgressHandler(told)

    def tasks():
        counts = list(known.values())
        return tuple(map(sum, zip(*counts))) if counts else None

    return tasks


def spark_statements(job, work):
    import pyspark
    from pyspark.sql import SparkSession, types

    at_least(pyspark.__version__, job["least"])
    target = job["target"]
    remote = target.startswith("sc://")
    builder = SparkSession.builder.appName("merit")
    builder = builder.remote(target) if remote else builder.master(target)
    builder = builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
    for name, value in job.get("settings", {}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    at_least(spark.version, job["least"])
    for sql in job["opening"]:
        spark.sql(sql)
    work.tasks = tasks_of_server(spark) if remote else tasks_of_cluster(spark)

    def is_absent(error):
        names = ["TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA"]
        return any(name in f"{error}" for name in names)

    def run(statement):
        frame = spark.sql(statement["sql"])
        return statement["name"], frame.columns, [tuple(row) for row in frame.collect()]

    def answers(statements):
        # What one statement leaves idle, another can use.
        with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
            waiting = [pool.submit(run, statement) for statement in statements]
            try:
                for future in waiting:
                    yield future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    look(job, work, lambda sql: spark.sql(sql).dtypes, is_absent)
    begin = told(work)
    for sql in begin["marking"]:
        spark.sql(sql)
    script = glance(work, answers(begin["glances"]))
    kinds = {
        "text": (types.StringType(), str),
        "day": (types.DateType(), datetime.date.fromisoformat),
        "whole": (types.IntegerType(), int),
        "flag": (types.BooleanType(), lambda cell: cell == "TRUE"),
    }
    for relation in script["relations"]:
        fields, readers = [], []
        for name, kind, places in relation["columns"]:
            number = (types.DecimalType(38, places), decimal.Decimal)
            of, reader = number if kind == "number" else kinds[kind]
            fields.append(types.StructField(name, of, True))
            readers.append(reader)
        rows = [
            tuple(None if cell is None else reader(cell) for cell, reader in zip(row, readers))
            for row in relation["rows"]
        ]
        frame = spark.createDataFrame(rows, types.StructType(fields))
        frame.createOrReplaceTempView(relation["name"])
    for sql in script["reads"]:
        spark.sql(sql)
    yield from answers(script["statements"])
    work.phase = "end"
    spark.stop()


def answer(job, work):
    statements = {"duckdb": duckdb_statements, "spark": spark_statements}[job["engine"]]
    try:
        for name, columns, rows in statements(job, work):
            work.tell(name, columns, rows)
            work.done += 1
        work.say({"done": True})
    except ModuleNotFoundError as error:
        work.say({"module": error.name})
    except Old as error:
        work.say({"old": f"{error}"})
    except Locked as error:
        work.say({"locked": f"{error}"})
    except BaseException as error:  # whatever the engine says is told to the user
        work.say({"error": f"{error}", "phase": work.phase})
    work.finished.set()


def watch(job, work):
    """Tells how far the work has come, and gives up where nothing answers for too long."""
    limit = job["wait"]
    since, before = time.monotonic(), None
    while not work.finished.wait(1):
        now = time.monotonic()
        try:
            tasks = work.tasks() if work.phase in ("look", "run") else None
        except Exception:
            tasks = None
        state = (work.phase, work.done, tasks and tasks[1])
        # A task that runs is at work, however long it takes; so is an engine that plans, or has no tasks, or one in this
        # computer that starts.
        starting = work.phase == "connect" and not job["target"].startswith("local")
        idle = starting or (tasks is not None and tasks[0] == 0)
        if state != before or not idle:
            since, before = now, state
        work.say({"progress": work.phase, "done": work.done, "of": work.of, "tasks": tasks})
        if limit and now - since >= limit:
            work.say({"silent": work.phase, "seconds": int(now - since)})
            break


def main():
    job = json.loads(sys.stdin.readline())
    work = Work()
    # What libraries print goes elsewhere.
    work.out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=answer, args=(job, work), daemon=True).start()
    watch(job, work)
    # Threads of an engine that does not answer would be waited for.
    os._exit(0)


main()
