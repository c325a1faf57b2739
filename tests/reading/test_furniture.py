"""What is dropped and what is kept, line by line. Every line stands between two paragraphs of ordinary news."""

import pytest

from service.reading.cleaning import clean

BEFORE = "The harbor bridge was closed on Tuesday after engineers found cracks in two of its piers."
AFTER = "Repairs are expected to take six weeks, the port authority told reporters."

FURNITURE = """Advertisement
Home | News | Sport | Money
Ada Holm in Orun contributed to this report.
REUTERS/Ada Holm Purchase Licensing Rights, opens new tab
Catch all the Business News and Latest News Updates on Harl Times.
ADVERTISEMENT:
Sponsored Content
Article continues below
This story continues below the ad
THE STORY CONTINUES BELOW THIS ADVERTISEMENT
Scroll down to continue
Remove ads
Skip to navigation
Back to top
Menu
Business
Most Read
You may also like
More from Example Herald
Related articles
Trending now
Editor's picks
End of story
Useful links
Load more
Share this article
Facebook Twitter WhatsApp Email Copy link
12 comments
Be the first to comment
Join the conversation
Leave a reply
Subscribe
Subscribe to our newsletter for the best of the week, free in your inbox.
Sign up here for breaking news alerts.
Download our app to read this on your phone.
Scan the QR code to get the app
Follow us on Instagram and Facebook for more stories.
Become a member today and support our independent journalism.
Please consider making a donation so that our newsroom can keep its stories free for you and all our readers.
Already a subscriber? Log in
By clicking Accept you agree to our cookie policy.
We use cookies to improve your experience.
Your browser does not support the video tag.
You have two free stories left on your account this month.
To hear the full episode, tap the play button.
Learn more.
Click here to see the map
Photo by Ann Example on Unsplash
Image: Example Agency
Photo credit: Lee Sample
J. Sample/Getty Images
Representational image
By Jordan Sample and Robin Example
Written by Jordan Sample
Reporting by Ann Example in Oslo; editing by Lee Sample
Edited by Lee Sample
Staff Writer May 2, 2023, 10:15 AM GMT
Published: 2 May 2023 10:15
Last updated May 3, 2023 at 9:00 p.m.
3 hours ago
5 min read
With inputs from agencies
Tags: bridges, harbor, repairs
Tags: , , , ,
#harbor #bridge
Filed under: Transport
Left 20% Center 50% Right 30%
Bias Rating Powered by Sample Ratings
© 2023 Example Herald. All rights reserved.
Copyright 2023 Sample Media Ltd
This material may not be published, broadcast, rewritten or redistributed without permission.
Sample Media does not provide financial advice.
The views expressed in this column are those of the author.
This article was originally published by Sample Weekly.
This work is licensed under a Creative Commons licence.
Our Standards: the Sample Principles of Trust
ALSO READ: Ten bridges that need repair
Watch: Drone film of the cracks
Cracked piers
Background:
What we know so far about the bridge
[ROBIN EXAMPLE]
Home World Sport Weather Travel
* * *
https://example.org/story
news@example.org
Engineers at the bridge in the harbor of the old town
Ad
Promoted
CONTINUE READING BELOW
Jump to comments
Top headlines
You might also be interested in
Read Next
See more stories like this
Follow Example News on WhatsApp
Tap the bell icon to get notifications
Enter your email address to receive the morning briefing
Get unlimited access for $1 a week
Log in to leave a comment
Sort by: newest first
245 shares
Support quality journalism
Help us keep our site free by disabling your ad blocker.
Accept all cookies
© Example Media Group
Handout via AP
(Photo by Lee Sample/AFP via Getty Images)
Ann Example, Political Editor
Posted by admin on June 4, 2022
4 June 2022, 08:15 BST
Listen to this article
00:00 / 04:12
Appeal planned
Timeline of the case
LIVE
This article is for subscribers only.
Next article
With files from Example Press""".split("\n")

KEPT = """Twelve people died.
He resigned.
The company said it would advertise the posts in June.
Advertisements for the ferry appeared on Monday.
Subscribers to the scheme will get their money back, the ministry said.
The country subscribes to the treaty.
Residents can sign up for alerts on the city's website.
If you live near the river, you should boil your water, officials said.
"You have to leave now," a police officer told us at the door.
“Share this story with everyone you know,” the mayor shouted from the steps.
Help is on the way, the governor said.
Support for the prime minister fell to 31 percent.
Watch groups have accused both sides of abuses.
Like its neighbors, the town depends on fishing.
Access to the valley was cut for three days.
Photos from the scene showed smoke over the warehouse.
The photo was taken by a passer-by.
By Monday the toll had risen to 14.
By noon the fire was out.
Written in 1910, the letter sold for a record sum.
Edited by a committee of nine, the report was delayed twice.
The copyright office rejected the appeal.
A court in Lagos ruled that the tags were illegal.
On May 2, 2023, the council voted to close the mine.
May 2, 2023 was the hottest day on record in the city.
Source: the harbor master's office
Details: The cracks were found by divers on 3 March.
What happened: A barge struck the second pier, the report says.
Why it matters: The bridge carries 40,000 cars a day.
Quote from one witness: "The whole deck shook."
- two barges and a tug that had been moored nearby
• The second pier has lost a third of its strength
1. Close the bridge to lorries
The army said on Sunday that it had taken the last of the villages north of the lake
Police in the capital have arrested nine men over the robbery of a jewelry shop
Left-wing parties won 40% of the vote and right-wing parties 38%.
In the north 20% were displaced, in the south 35%.
Was the warning ignored?
The app was downloaded four million times before it was banned.
The newspaper's website was blocked in three countries.
Telegram channels close to the army reported the strike first.
The minister wrote on Facebook that he would not resign.
Comments by the finance minister sent the currency lower.
Read together, the two reports suggest that the dam was never inspected.
Follow-up tests found no trace of the poison.
The White House did not comment on this story.
The ministry did not reply to an email asking for comment.
Members of the club paid for the search out of their own pockets.
Reuters could not confirm the account.
Find out who paid, she told the committee, and the rest follows.
The U.S. has warned of attacks before.
He was born at 5 a.m. in a taxi in St. Louis.
"It was the worst night of my life."
The vaccine is free for people over 60.
Trade between the two countries has doubled.
Rates of infection fell in all regions except one.
The court's full ruling is 200 pages long.
More to the point, nobody had told the divers.
Scan results came back clean, doctors said.
Prosecutors had asked for seven years
Judges found that he had signed the contract without reading it
Subscribe to the theory or not, voters punished the party, one analyst said.
Readers of the paper sent 4,000 letters to the court.
Share prices fell 4 percent after the ruling.
Follow the money, the prosecutor told the jury.
Contact between the two men ended in 2019.
Sign language interpreters were provided.
Email records showed that he knew of the deal.
Click farms had boosted his posts, investigators found.
Image is everything in politics, his adviser once said.
Video of the arrest was viewed two million times.
Updated figures put the cost at $3 million.
Published in 2018, the audit warned of the risk.
In 2022, 40% of voters backed him; in 2024, 12% did.
2) A fine of 20,000 crowns
Related charges against two aides were dropped.
Home prices in the city have doubled.
By law, the sentence starts at once.
From Monday the deputy will run the city.
Compiled by auditors over two years, the list names 31 firms.
Latest polls show the party at 9 percent.
More on the case is expected on Tuesday, the court said.
JUDGES ALSO BANNED HIM FROM OFFICE FOR TEN YEARS.
You cannot run a city like a shop, he said.
Our city deserves better, the opposition leader said.
Voters can find their polling station on the website.""".split("\n")


def _stays(line: str) -> bool:
    return line in clean(f"{BEFORE}\n\n{line}\n\n{AFTER}").text.split("\n")


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_dropped_and_named(line):
    cleaned = clean(f"{BEFORE}\n\n{line}\n\n{AFTER}")
    assert cleaned.text == f"{BEFORE}\n{AFTER}"
    assert cleaned.furniture


@pytest.mark.parametrize("line", KEPT)
def test_news_is_kept(line):
    assert _stays(line)


def test_there_are_enough_cases_to_mean_something():
    assert len(set(FURNITURE)) >= 40
    assert len(set(KEPT)) >= 40
