"""Real pairs of English and German sentences, as a small training set would hold them, and helpers for the rules' tests."""

from __future__ import annotations

PAIRS = [
    ("The old bridge was closed to lorries last winter.", "Die alte Brücke wurde im letzten Winter für Lastwagen gesperrt."),
    ("We waited for almost three hours at the harbour.", "Wir haben fast drei Stunden am Hafen gewartet."),
    ("My sister plays the cello in a small orchestra.", "Meine Schwester spielt Cello in einem kleinen Orchester."),
    ("He forgot his umbrella on the train again.", "Er hat schon wieder seinen Regenschirm im Zug vergessen."),
    ("Could you tell me where the town hall is?", "Können Sie mir sagen, wo das Rathaus ist?"),
    ("The bakery around the corner opens at half past six.", "Die Bäckerei um die Ecke öffnet um halb sieben."),
    ("Nobody noticed that the window had been left open.", "Niemand bemerkte, dass das Fenster offen geblieben war."),
    ("The children built a tower out of wooden blocks.", "Die Kinder bauten einen Turm aus Holzklötzen."),
    ("It has been raining since yesterday afternoon.", "Es regnet seit gestern Nachmittag."),
    ("Please put the books back on the shelf.", "Bitte stellen Sie die Bücher zurück ins Regal."),
    ("She has been learning Portuguese for two years.", "Sie lernt seit zwei Jahren Portugiesisch."),
    ("The train to Leipzig leaves at 14:35 from platform 7.", "Der Zug nach Leipzig fährt um 14.35 Uhr von Gleis 7 ab."),
    ("The house was built in 1898 and renovated in 2011.", "Das Haus wurde 1898 gebaut und 2011 renoviert."),
    ("The ticket costs 12.50 euros for adults.", "Die Karte kostet für Erwachsene 12,50 Euro."),
    ("About 1,200 people took part in the run.", "Etwa 1.200 Menschen nahmen an dem Lauf teil."),
    ("He is 47 years old and has 3 daughters.", "Er ist 47 Jahre alt und hat 3 Töchter."),
    ("The recipe calls for 250 grams of flour and 4 eggs.", "Für das Rezept braucht man 250 Gramm Mehl und 4 Eier."),
    ("The meeting was moved to 9 May.", "Die Sitzung wurde auf den 9. Mai verschoben."),
    ("Room 305 is on the third floor.", "Zimmer 305 liegt im dritten Stock."),
    ("The lake is 38 metres deep at this point.", "Der See ist an dieser Stelle 38 Meter tief."),
    ("There are 24 chairs in the hall.", "Im Saal stehen 24 Stühle."),
    ("I would rather stay at home tonight.", "Ich würde heute Abend lieber zu Hause bleiben."),
    ("The neighbours complained about the noise.", "Die Nachbarn haben sich über den Lärm beschwert."),
    ("What a wonderful surprise!", "Was für eine wunderbare Überraschung!"),
    ("The doctor advised him to drink more water.", "Der Arzt riet ihm, mehr Wasser zu trinken."),
    ("Our flight was cancelled because of the storm.", "Unser Flug wurde wegen des Sturms gestrichen."),
    ("You can hardly see the mountains in this fog.", "Bei diesem Nebel kann man die Berge kaum sehen."),
    ("The museum shows paintings from the last century.", "Das Museum zeigt Gemälde aus dem letzten Jahrhundert."),
    ("They planted an apple tree behind the church.", "Sie haben hinter der Kirche einen Apfelbaum gepflanzt."),
    ("I have never heard such a strange excuse.", "So eine seltsame Ausrede habe ich noch nie gehört."),
    ("The company wants to hire new engineers next year.", "Die Firma will nächstes Jahr neue Ingenieure einstellen."),
    ("Somebody must have taken my bicycle.", "Jemand muss mein Fahrrad genommen haben."),
    ("The soup is still too hot to eat.", "Die Suppe ist noch zu heiß zum Essen."),
    ("Our teacher explained the exercise a second time.", "Unsere Lehrerin erklärte die Aufgabe ein zweites Mal."),
    ("The key was lying under the doormat all the time.", "Der Schlüssel lag die ganze Zeit unter der Fußmatte."),
    ("He always reads the newspaper at breakfast.", "Beim Frühstück liest er immer die Zeitung."),
    ("She apologised for the misunderstanding.", "Sie entschuldigte sich für das Missverständnis."),
    ("The path through the forest is very muddy today.", "Der Weg durch den Wald ist heute sehr matschig."),
    ("We should leave before it gets dark.", "Wir sollten aufbrechen, bevor es dunkel wird."),
    ("Both of them speak with a southern accent.", "Die beiden sprechen mit einem südlichen Akzent."),
]
NEW = [
    ("The gardener cut the hedge in front of the school.", "Der Gärtner schnitt die Hecke vor der Schule."),
    ("My grandfather repaired clocks in this workshop.", "Mein Großvater hat in dieser Werkstatt Uhren repariert."),
    ("The last bus leaves at 23:10 on Sundays.", "Der letzte Bus fährt sonntags um 23.10 Uhr."),
    ("She wrote 18 letters to the mayor.", "Sie schrieb dem Bürgermeister 18 Briefe."),
]
FOREIGN = [
    ("الطقس جميل اليوم ونحن ذاهبون إلى البحر.", "מזג האוויר יפה היום ואנחנו הולכים לים."),
    ("今天天气很好，我们去海边。", "今日は天気がいいので、海に行きます。"),
    ("คนเฝ้าประภาคารชราปีนบันไดแคบๆ", "늙은 등대지기는 좁은 계단을 올랐다."),
]
LONG = ("word " * 10_000, " ".join(f"Wort{place}" for place in range(10_000)))
ODD = [*FOREIGN, ("", ""), ("", "Nur eine Seite."), ("...", "!"), LONG, ("\ud83d half", "e\u0301\u0000"), ("\u0301", "👍🏽"),
       ("3", "٣")]


def rows_of(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    return {"source": [source for source, _ in pairs], "target": [target for _, target in pairs]}


def alone(pair: tuple[str, str]) -> dict[str, list[str]]:
    return rows_of([pair])
