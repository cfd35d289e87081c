"""Who sent an event: person or robot, on what, where, and the same one as before?"""
