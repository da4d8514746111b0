"""Sentences of chats with a secret in them: what people write when they ask for help.

``⟨slot⟩`` is where ``values`` puts an invented secret. Written before any rule was tuned on them; every second one is held
out and was never looked at while tuning.
"""

from __future__ import annotations

ENGLISH = (
    "hey, our staging box is db-stage-2, user deploy and the password is ⟨password⟩ – why does psql refuse the login?",
    "I set the admin password to ⟨password⟩ yesterday and now it says it is expired. What policy does that?",
    "Can you write a polite mail to the client: the wifi password changed, the new one is ⟨password⟩, ask them to tell the team.",
    "my api key is ⟨alnum40⟩ and every call gives 401, do I need a bearer prefix?",
    "Here is the token I use: ⟨alnum40⟩. Is that a JWT?",
    "Our OpenAI key ⟨openai⟩ leaked into a commit, how do I rewrite history?",
    "For testing I log in as max@example.test with ⟨password⟩ as the password, then the 2FA code 493021 is asked for.",
    "The previous developer left me this note: 'server root pw: ⟨password⟩ (do not change before march)'. What should I do first?",
    "Why is ⟨aws_id⟩ with secret ⟨aws_secret⟩ not allowed to list the bucket?",
    "Credentials are admin:⟨password⟩ on port 8443, can you write the ansible inventory?",
    "The router's PIN is ⟨pin⟩ and it still rejects me.",
    "I pasted the wrong thing, this is the right key → ⟨stripe⟩ – please build the checkout with it.",
    "Summarise: meeting notes. Anna: the jenkins user has ⟨password⟩ as its password until Friday. Ben: ok.",
    "How would I rotate a GitHub token like ⟨github⟩ without breaking the runners?",
    "Please translate to Spanish: 'Your temporary password is ⟨password⟩. Change it when you first sign in.'",
    "the secret for the webhook is ⟨hex32⟩ - how do I verify the signature in node?",
    "My card 4 lines: ⟨card⟩, exp 09/29, cvv 737 – is it a valid Visa number format?",
    "Transfer it to account number ⟨account⟩, sort code 20-14-53. Can you write the invoice footer?",
    "bot token from botfather: ⟨telegram⟩ . the bot never answers",
    "It works with `⟨slack⟩` in postman but not from the lambda",
    "I use this passphrase for the backup: ⟨password⟩ ... is it long enough?",
    "The db url from heroku is ⟨postgres_url⟩ , how do I open it in dbeaver?",
    "login for the demo shop: kunde7 / ⟨password⟩ (please make three test cases)",
    "Is it bad that our Sendgrid key ⟨sendgrid⟩ is in the frontend bundle?",
    "I want to store ⟨hex64⟩ (my encryption key) in a docker secret. How?",
    "They gave me sftp access, user: agency_ftp pass: ⟨password⟩ host: sftp.customer.test. Write a lftp mirror command.",
    "Every request needs the header X-Auth-Token with ⟨alnum32⟩, can axios set it globally?",
    "My license key ⟨license⟩ is refused by the installer, what does error 1603 mean?",
    "the vpn preshared key is ⟨b64_44⟩, wireguard says handshake did not complete",
    "When I run it with the key sk_test I see nothing, with ⟨stripe⟩ I see everything. Why?",
    "Password was sonnenblume before, I changed it to ⟨password⟩ but phpmyadmin keeps the old one",
    "Kindly review this README paragraph: To connect use the service account svc_report with password ⟨password⟩.",
)

GERMAN = (
    "Das Passwort für den Kundenserver lautet ⟨password⟩, aber ssh meldet Permission denied.",
    "Kannst du mir eine Mail schreiben: Ihr neues Kennwort ist ⟨password⟩, bitte ändern Sie es nach dem ersten Anmelden.",
    "Zugangsdaten für das Testsystem: Benutzer tester, Passwort ⟨password⟩. Schreib mir ein Playwright-Skript.",
    "Unser API-Schlüssel ist ⟨alnum40⟩. Warum kommt 403?",
    "WLAN-Passwort: ⟨password⟩ – wie drucke ich daraus einen QR-Code?",
    "Der Admin hat mir als Passwort ⟨password⟩ gegeben, ist das sicher genug?",
    "Meine Kreditkarte ⟨card⟩ wird im Shop abgelehnt, obwohl Stripe im Testmodus ist.",
    "Kontonummer ⟨account⟩ bei der Sparkasse, BLZ 37050198: wie wird daraus eine IBAN?",
    "Der Token ⟨gitlab⟩ läuft morgen ab, wie erneuere ich ihn im Runner?",
    "Anmeldung mit root und ⟨password⟩ klappt lokal, im Container nicht.",
    "PIN der SIM-Karte: ⟨pin⟩, PUK habe ich nicht mehr. Und jetzt?",
    "Ich habe das Passwort auf ⟨password⟩ geändert, jetzt startet Tomcat nicht mehr.",
)

SPANISH = (
    "La contraseña del servidor es ⟨password⟩ y no me deja entrar por ssh, ¿por qué?",
    "Escribe un correo: su nueva contraseña temporal es ⟨password⟩, cámbiela al entrar.",
    "usuario: soporte, clave: ⟨password⟩, host: 10.0.4.7. ¿Cómo hago el túnel?",
    "Mi clave de API es ⟨alnum40⟩ pero la respuesta es 401",
    "El token de acceso que me dieron es ⟨alnum32⟩, ¿dónde lo pongo?",
    "La contraseña de la wifi de la oficina es ⟨password⟩, hazme un cartel bonito.",
    "Mi tarjeta ⟨card⟩ no pasa la validación de Luhn en mi código, ¿qué falla?",
    "Número de cuenta: ⟨account⟩. Haz la plantilla de la factura.",
    "Cambié la contraseña a ⟨password⟩ y ahora el cron falla.",
    "Para entrar uso admin con la contraseña ⟨password⟩",
)

FRENCH = (
    "Le mot de passe du serveur est ⟨password⟩ mais la connexion échoue, pourquoi ?",
    "Rédige un mail : votre nouveau mot de passe est ⟨password⟩, merci de le changer.",
    "identifiant : compta, mot de passe : ⟨password⟩, comment automatiser l'export ?",
    "Ma clé API est ⟨alnum40⟩ et j'ai une erreur 403.",
    "Voici le jeton : ⟨github⟩, il ne marche plus depuis hier.",
    "Le code PIN est ⟨pin⟩, la carte est bloquée, que faire ?",
    "mdp wifi : ⟨password⟩ tu peux me faire une affiche ?",
    "J'ai mis ⟨password⟩ comme mot de passe et Symfony le refuse.",
    "Numéro de compte ⟨account⟩ : il me faut la clé RIB.",
    "La clé secrète du webhook est ⟨hex32⟩, comment vérifier la signature en PHP ?",
)
