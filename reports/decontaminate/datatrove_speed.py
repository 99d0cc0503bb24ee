"""CPU seconds of datatrove's n-gram decontamination: run this with a Python that has datatrove 0.10 and spacy.

    python reports/decontaminate/datatrove_speed.py ITEMS.jsonl TEXTS.jsonl

ITEMS and TEXTS hold one JSON string a line. Its indexer always asks for tasks of lighteval: so the index is written
here, with its own hash function, tokeniser and normalisation; its filter is used as it is (13-grams, the default).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.decont.n_grams import NGramsDecontFilter
from datatrove.utils.text import ngrams, simplify_text

items, texts = (
    [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()] for name in sys.argv[1:3]
)
with tempfile.TemporaryDirectory() as folder:
    filter_ = NGramsDecontFilter(folder)
    config = filter_.config
    hashes = {
        filter_.hash_func(" ".join(gram))
        for item in items
        for gram in ngrams(filter_.tokenizer.word_tokenize(simplify_text(item, config.norm_config)), config.n_grams)
    }
    np.array(sorted(hashes), dtype=config.hash_config.np_descr).tofile(Path(folder) / "items.index.hashes")
    filter_.filter(Document(text=texts[0], id="warm"))
    started = time.process_time()
    found = sum(filter_.filter(Document(text=text, id="row")) is not True for text in texts)
    print(json.dumps({"cpu": time.process_time() - started, "rows": len(texts), "found": found}))
