import { familyFirst, givenFirst, names, type Culture } from './culture.js';

/** Cultures that write Latin letters, most of them with marks on. */
export const LATIN_CULTURES: readonly Culture[] = [
  {
    locales: ['en-GB', 'en-IE'],
    given: names('Amelia Oliver Isla George Niamh Siobhán Harry Freya Rhys Eilidh Arthur Poppy'),
    family: names(
      "Smith Jones O'Brien Taylor MacDonald O'Connor Evans Wright Fitz-Gerald Walker Hughes Ó'Súilleabháin",
    ),
    display: givenFirst,
    phone: { start: '+447700900', digits: 3 },
  },
  {
    locales: ['en-US', 'es-US', 'en'],
    given: names('Liam Emma Noah Olivia Mary-Jane Mason Ava Ethan Sophia Jo Al Jackson'),
    family: names("Johnson Williams Brown D'Angelo Davis Garcia Rodriguez Lee Nguyen Washington Ng St.John"),
    display: givenFirst,
    phone: { start: '+1202555', digits: 4 },
  },
  {
    locales: ['de-DE', 'de-AT', 'de-CH'],
    given: names('Jürgen Anke Björn Käthe Günther Sören Heike Uwe Jörg Renate Hans-Peter Zoë'),
    family: names('Müller Schröder Weiß Groß Jäger Köhler Schäfer Böhm Strauß Meyer-Landrut Öztürk Kühn'),
    display: givenFirst,
    phone: { start: '+493023125', digits: 3 },
  },
  {
    locales: ['fr-FR', 'fr-CA', 'fr-BE'],
    given: names('Aurélie Benoît Chloé Étienne François Gaëlle Hélène Jérôme Loïc Anne-Sophie Noël Thérèse'),
    family: names(
      "Lefèvre D'Aubigné Béranger Châtelain Delacroix Saint-Exupéry Gagné L'Écuyer Pélissier Côté Forêt Œuvrard",
    ),
    display: givenFirst,
    phone: { start: '+3319900', digits: 4 },
  },
  {
    locales: ['es-ES', 'es-MX', 'es-419', 'ca-ES'],
    given: names('José María Iñaki Sofía Ángel Begoña Raúl Lucía Íñigo Concepción Jesús Núria'),
    family: names(
      'Muñoz García-Lorca Ibáñez Peña Gutiérrez Núñez Zúñiga Martínez Sáenz Güell Domènech Ordóñez',
    ),
    display: givenFirst,
    phone: { start: '+3491555', digits: 4 },
  },
  {
    locales: ['pt-BR', 'pt-PT'],
    given: names('João Conceição Antônio Letícia Gonçalo Inês Luís Márcia Simão Thaís Estêvão Íris'),
    family: names(
      'Gonçalves Magalhães Araújo Simões Guimarães Assunção Falcão Conceição Brandão Sá Côrte-Real Leitão',
    ),
    display: givenFirst,
    phone: { start: '+55115550', digits: 4 },
  },
  {
    locales: ['pl-PL'],
    given: names('Łukasz Małgorzata Bożena Zdzisław Święta Grażyna Wojciech Błażej Róża Żaneta'),
    family: names(
      'Wiśniewski Dąbrowska Kozłowski Zięba Gałązka Łęcki Ścibor Źrebiec Pawłowska-Jasnorzewska Wójcik',
    ),
    display: givenFirst,
    phone: { start: '+4822555', digits: 4 },
  },
  {
    locales: ['cs-CZ', 'sk-SK', 'hu-HU'],
    given: names('Jiří Růžena Dušan Ľudmila Ondřej Žofie Győző Ágnes Tímea Štěpán'),
    family: names('Dvořák Čapek Hřebíček Ďurica Kőszegi Szűcs Nováková Řehoř Ťažký Őry'),
    display: givenFirst,
    phone: { start: '+42022555', digits: 4 },
  },
  {
    locales: ['tr-TR', 'az-AZ'],
    given: names('Çağla Gökçe İbrahim Işıl Öykü Şebnem Uğur Ümit Ayşegül Barış'),
    family: names('Yıldız Çelik Doğan Gündoğdu İnönü Şahin Öztürk Ağaoğlu Işık Kılıç'),
    display: givenFirst,
    phone: { start: '+90212555', digits: 4 },
  },
  {
    locales: ['sv-SE', 'da-DK', 'nb-NO', 'is-IS'],
    given: names('Åsa Bjørn Þóra Søren Märta Guðrún Håkon Ægir Ragnhild Þorsteinn'),
    family: names(
      'Ångström Sørensen Þórsdóttir Nygård Öberg Sigurðardóttir Bjørnson Hægstad Åkerlund Østergaard',
    ),
    display: givenFirst,
    phone: { start: '+46701740', digits: 3 },
  },
  {
    locales: ['vi-VN'],
    given: names('Ánh Dũng Hằng Hiếu Lệ Ngọc Phượng Thảo Tuấn Yến'),
    family: names('Nguyễn Trần Lê Phạm Huỳnh Vũ Đặng Bùi Đỗ Hồ'),
    display: familyFirst,
    phone: { start: '+8424355', digits: 5 },
  },
  {
    locales: ['yo-NG', 'ha-NG', 'sw-KE'],
    given: names('Ṣadé Olúwáṣeun Adébáyọ̀ Fúnmiláyọ̀ Ƙwara Ɗanjuma Wanjikũ Tèmítọ́pẹ́'),
    family: names("Adéyẹmí Ọbáfẹ́mi Okùnrinbọ̀yé Ɓauchi Sa'adu Kamaũ Ògúnlọlá Ẹniọlá"),
    display: givenFirst,
    phone: { start: '+234803555', digits: 4 },
  },
];
