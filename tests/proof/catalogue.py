"""The rules and laws that a change may never break, in our words. Tests carry their names as marks.

A rule was learnt from what went wrong in systems of this kind; a law is a property that holds for
every input, order and failure.
"""

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "R1": "A stage is said once, whoever decides at the same moment: claim, call and mark are "
    "three recorded steps, and no crash between them loses or repeats it.",
    "R2": "A charge is made once for its period, whoever looks and however often.",
    "R3": "Days without a run are caught up with: what is due and not done is found, and one "
    "message speaks for the furthest stage, never several for those before it.",
    "R4": "A counter moves before the work that it counts is handed on, and never twice for one.",
    "R5": "That something is over is noted once, at the moment when it is.",
    "R8": "What is booked is what the gateway's own object says came in, never what was due.",
    "R9": "Two ways lead to paying one debt, and it is paid once: the other page is closed, and "
    "money that comes all the same waits as credit, with a task.",
    "R10": "Money that is under way is not there yet: no receipt, no word to the ERP, no reminder; "
    "where it fails or comes back weeks later, the invoice asks again from its old due date.",
    "R11": "Not to know how a payment ended is a state: somebody asks until it is known, and "
    "nothing is tried again before.",
    "R12": "A definite no is not asked again: a debit that the bank refused is never repeated by "
    "the hub itself.",
    "R13": "Money goes back only as far as it is still here: not twice, not while a dispute holds "
    "it.",
    "R14": "Voiding an invoice never swallows what was applied to it.",
    "R15": "Reminders, fees and pages all read one figure: what is open after payments, credits "
    "and unapplied money.",
    "R16": "A credit note clears what is late as a payment does; a void invoice is never asked "
    "for.",
    "R17": "A part-paid invoice is still asked for, and can still be paid, for its rest.",
    "R18": "What is late is told by instalment, not by the last due date.",
    "R19": "A case is over when every document in it is settled, each by its own amount.",
    "R20": "Paying the invoice does not erase the interest on it: claim, waive or threat is a "
    "setting.",
    "R21": "Interest runs on each day's balance, ends with it, stays under its cap, and is never "
    "charged on interest.",
    "R22": "The message that announces a fee names its amount, and is not the first word about "
    "what is late.",
    "R23": "An early-payment discount is decided by value date, for the whole invoice, once, and "
    "its tax follows the agreed treatment.",
    "R24": "Money is allocated in the document's currency; what another currency's rate makes of "
    "it is a difference of exchange, and no unapplied money.",
    "R25": "The parts of a sum are the sum: the last minor unit always has an owner.",
    "R26": "A few cents too little are written off as an adjustment with its reason, never called "
    "paid in silence.",
    "R27": "A due date is a date, and today is the customer's: an invoice that is due today is not "
    "late.",
    "R28": "A day is told in the zone of the customer on both sides, whatever clocks do there.",
    "R29": "A monthly schedule keeps its day: after the 28th of February comes the 31st of March.",
    "R31": "A weekend or holiday moves the message, never the due date, and uses up no stage.",
    "R32": "A statutory rate is that of the half-year in which the debt fell late, and changes "
    "with the half-years where the law says so.",
    "R33": "Nobody is reminded of what is covered by credit, on hold, contested, promised and in "
    "its days of grace, or agreed to be paid in parts.",
    "R34": "What is taken out of a message mutes nothing else in it.",
    "R35": "What a person sends by hand counts as its stage: it is not said again the next "
    "morning.",
    "R36": "Who wants no reminders and who is internal gets none by any way; a hard bounce stops "
    "the mail and is a task, for silence is not notice.",
    "R37": "The ladder ends with a person: nobody is handed to a lawyer or agency, and no stage "
    "that needs it is charged or sent, before somebody has agreed by name.",
    "R38": "A formal letter has its own date and sets its own deadline, as the law of the "
    "customer's country asks.",
    "R39": "Invoice numbers are given at finalisation, none twice and none lost, whoever else "
    "writes at the same moment.",
    "R40": "Ageing takes its day as an argument for balance and age alike, knows what is not yet "
    "due, and its buckets sum to what is owed.",
    "R41": "A link into the portal is long, random, of one customer and of a time; a person ends "
    "it early, with all that it opened, and who opens it then gets a fresh one by mail.",
    "R42": "What belongs to one entity stays there: another entity's ERP may give the same ids, "
    "and nothing of the two meets.",
    "R43": "A record of the ERP is here once under its own id, however often it is read or its "
    "writing was cut off; what it deletes or voids goes here too or waits for a person; what the "
    "hub books there is looked up by the hub's own key before it is booked again.",
    "R44": "Money that is taken by itself is tried before anything else of its day: no reminder, "
    "no fee and no missed part comes before the answer of the bank.",
    "R45": "An amount in a form is read as the language of its page writes amounts, and refused "
    "where it could be another one.",
    "R46": "A dispute makes no debt unpayable: the main button pays what is asked for, another all "
    "of it, and the sum on a button is what the payment page asks for.",
    "i25": "The ERP and the hub tell each other everything once: what one wrote is known when it "
    "comes back, and a whole second sync changes nothing.",
}

LAWS: Mapping[str, str] = {
    "1": "What came in is on documents, waits as credit, or went back; per currency.",
    "2": "A stored head is the sum of its movements, at every moment.",
    "3": "Nothing is open for less than nothing or more than its total; a surplus becomes credit.",
    "4": "One event of the world is booked once, whatever number of messages tell of it.",
    "5": "The same messages in any order and number lead to the same books.",
    "6": "Stopping anywhere and going on later leads to where never stopping leads.",
    "7": "What one step owes to others is written with it and done at least once, told once.",
    "13": "Refunds stay within what is refundable; one that fails comes back once.",
    "14": "A dispute takes the money and may give it back, told in any order, and with refunds it "
    "never returns more than was paid.",
    "15": "A sum splits into parts without a minor unit more or less.",
    "16": "Money of two currencies never meets, and amounts are whole numbers of minor units.",
    "17": "Writers at the same moment leave books that some order of theirs explains.",
    "18": "There is one fee for a period, however often somebody looks.",
    "19": "A clock that is wrong or goes back changes no balance.",
    "25": "Each day and kind, the gateway's balance moved as the books say, or somebody is told.",
    "30": "A past day is told by its own facts: what was recorded by then, and the policy then.",
    "31": "A dry run says what the run then claims and charges, at any moment, a past one too.",
    "32": "A simulated day knows nothing of what was paid after it.",
}
