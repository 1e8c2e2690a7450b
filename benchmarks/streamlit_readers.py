"""Readers of a Streamlit app: `python -m benchmarks.streamlit_readers`, a line of JSON per job and result.

Each sends the requests of a browser that shows the page, without scripts and styles, which a browser caches: it fetches
the page, opens the websocket, requests a run of the script, and waits for the table and the end of the script. Messages
are Streamlit's own.
"""

import http.client
import threading
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from benchmarks.readers import Job, Load, summed_up, work

_TIMEOUT = 60.0
_SPOKEN = [Subprotocol("streamlit")]


def session(job: Job, page: http.client.HTTPConnection) -> int:
    """One reader sees the table; the bytes of data in it. Raises RuntimeError when the script ended without it."""
    page.request("GET", "/")
    answer = page.getresponse()
    if answer.status != 200 or not answer.read():
        raise RuntimeError(f"the page answers {answer.status}")
    run = BackMsg(rerun_script=ClientState(query_string="")).SerializeToString()
    table = 0
    url = f"ws://{job.host}:{job.port}/_stcore/stream"
    with connect(url, subprotocols=_SPOKEN, compression=None, max_size=None, open_timeout=_TIMEOUT) as stream:
        stream.send(run)
        while True:
            message = ForwardMsg.FromString(stream.recv(_TIMEOUT, decode=False))
            kind = message.WhichOneof("type")
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                shown = element.WhichOneof("type")
                if shown == "exception":
                    raise RuntimeError(f"the app failed: {element.exception.message}")
                if shown in ("dataframe", "arrow_data_frame"):
                    table = getattr(element, shown).ByteSize()
            elif kind == "script_finished":
                if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY or not table:
                    raise RuntimeError("the script ended without the table")
                return table


def load(job: Job) -> Load:
    """Run as many sessions as fit into the time, at least one for each reader."""
    taken: list[float] = []
    hung_up: list[float] = []
    failures: list[BaseException] = []
    began, worked = time.perf_counter(), time.process_time()

    def read() -> None:
        page = http.client.HTTPConnection(job.host, job.port, timeout=_TIMEOUT)
        try:
            first = True
            while first or time.perf_counter() - began < job.seconds:
                first = False
                at = time.perf_counter()
                try:
                    session(job, page)
                except OSError:
                    # Streamlit closes some of many simultaneous connections; these are opened again.
                    page.close()
                    hung_up.append(at)
                else:
                    taken.append(time.perf_counter() - at)
        except Exception as exc:
            failures.append(exc)
        finally:
            page.close()

    threads = [threading.Thread(target=read) for _ in range(job.readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{len(failures)} readers failed") from failures[0]
    if not taken:
        raise RuntimeError(f"all {len(hung_up)} connections were closed by the server")
    return summed_up(taken, len(hung_up), time.perf_counter() - began, time.process_time() - worked)


if __name__ == "__main__":
    work(load)
