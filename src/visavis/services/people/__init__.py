"""People who may act: adding and inviting them, their roles, their passphrases, their end."""

from visavis.services.people.change import ChangePassphrase, ChangeRoles
from visavis.services.people.invite import AcceptInvitation, Invite, Invited
from visavis.services.people.members import AddPerson, RevokePerson, SignedIn, sign_in

__all__ = ["AcceptInvitation", "AddPerson", "ChangePassphrase", "ChangeRoles", "Invite", "Invited", "RevokePerson", "SignedIn", "sign_in"]
