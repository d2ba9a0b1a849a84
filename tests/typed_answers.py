"""What the tests type into the answer boxes."""

import typed_attention_rnn
import typed_convolution
import typed_gated_rnn
import typed_loss_curves

CHAPTERS = (typed_convolution, typed_gated_rnn, typed_attention_rnn, typed_loss_curves)

RIGHT = {id: answers for chapter in CHAPTERS for id, answers in chapter.RIGHT.items()}
"""Right answers, in several notations each."""

MADE = {id: answers for chapter in CHAPTERS for id, answers in chapter.MADE.items()}
"""Each known mistake of a formula, typed as one."""

SHEETS = {id: answers for chapter in CHAPTERS for id, answers in chapter.SHEETS.items()}
"""The sheet's answers, as it writes them where that can be typed."""
