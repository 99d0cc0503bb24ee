"""llama.cpp's OpenAI-compatible server: `python tests/models/serve.py WEIGHTS.gguf [PORT [SLOTS]]`; prints its address."""

import signal
import sys

import xllamacpp


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.hostnames = ["127.0.0.1"]
    params.port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    params.n_parallel = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    params.n_ctx = 4096 * params.n_parallel
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print("ready", server.listening_address, flush=True)
    signal.pause()


main()
